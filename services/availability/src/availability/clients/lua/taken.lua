-- What people are held for by others. ARGV: call ("" ignores nothing), people as a JSON list, what an appointment takes that is
-- being moved as JSON [[person, from, to], ...], the call's options that are being booked as a JSON list.
-- Returns {lapsed, all of it as flat() has it}.
local lapsed = sweep()
return { lapsed, flat(cjson.decode(ARGV[4]), reader(ARGV[3], cjson.decode(ARGV[5]), set_of(cjson.decode(ARGV[6])))) }
