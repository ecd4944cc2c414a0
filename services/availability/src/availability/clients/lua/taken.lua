-- What people are held for by others. ARGV: call ("" ignores nothing), people as a JSON list.
-- Returns {lapsed, {{person, from, to, until}, ...}}.
local lapsed = sweep()
return { lapsed, flat(cjson.decode(ARGV[4]), reader(ARGV[3])) }
