-- Changes nothing.
--
-- ARGV: a status; held or ended, whichever of its zset is wanted; where to go on; about how many to look at.
-- Gives where to go on, 0 if nowhere, and then keys; some of them may come again with the next call.
--@include names
local zsets = { RUNNING = running, REVOKING = revoking, SUCCEEDED = succeeded, FAILED = failed }
local isUnderWay = ARGV[1] == 'RUNNING' or ARGV[1] == 'REVOKING'
local page = redis.call('ZSCAN', zsets[ARGV[1]], ARGV[3], 'COUNT', ARGV[4])
local found = { page[1] }
for i = 1, #page[2], 2 do
  local at = tonumber(page[2][i + 1])
  local isHeld = isUnderWay and at > now
  local isKept = AGE == 0 or at > now - AGE
  if (ARGV[2] == 'held' and isHeld) or (ARGV[2] == 'ended' and not isHeld and isKept) then
    found[#found + 1] = page[2][i]
  end
end
return found
