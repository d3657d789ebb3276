-- Changes nothing.
--
-- ARGV: a status; held or ended, the kind of its zset; the cursor; about how many entries to look at.
-- Returns the next cursor, 0 at the end, and then keys. A key may be returned again by a later call.
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
