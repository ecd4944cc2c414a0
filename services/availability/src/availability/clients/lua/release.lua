-- Ends the holds of a call that nobody has claimed. ARGV: call. Returns {lapsed, how many were held}.
local lapsed = sweep()
local own = unclaimed(ARGV[3])
for _, option in ipairs(own) do
  drop(option, 'released')
end
return { lapsed, #own }
