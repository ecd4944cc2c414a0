-- Ends the holds of a call that nobody has claimed. ARGV: call, its options that are being booked as a JSON list.
-- Returns {lapsed, how many were held}.
local lapsed = sweep()
local own = unclaimed(ARGV[3], set_of(cjson.decode(ARGV[4])))
for _, option in ipairs(own) do
  drop(option, 'released')
end
return { lapsed, #own }
