-- Changes nothing.
--
-- ARGV[6]: the status of a zset; ARGV[7]: what of it is wanted; ARGV[8]: where to go on; ARGV[9]: about how many to look at.
-- Gives where to go on, 0 if nowhere, and then keys; some of them may come again with the next call.
local zset, wanted = zsets[ARGV[6]], ARGV[7]
local page = redis.call('ZSCAN', zset, ARGV[8], 'COUNT', ARGV[9])
local found = { page[1] }
for i = 1, #page[2], 2 do
  local at = tonumber(page[2][i + 1])
  local isHeld = ends[ARGV[6]] ~= nil and at > now
  local isKept = age == 0 or at > now - age
  if (wanted == 'held' and isHeld) or (wanted == 'ended' and not isHeld and isKept) then
    found[#found + 1] = page[2][i]
  end
end
return found
