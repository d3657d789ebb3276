-- Changes nothing.
--
-- Returns the numbers of keys that are RUNNING, SUCCEEDED, FAILED and REVOKING.
--@include names
local oldestKept = AGE > 0 and string.format('(%.0f', now - AGE) or '-inf'
local function held(zset)
  return redis.call('ZCOUNT', zset, string.format('(%.0f', now), '+inf')
end
local function lapsed(zset)
  return redis.call('ZCOUNT', zset, oldestKept, now)
end
local function settled(zset)
  return redis.call('ZCOUNT', zset, oldestKept, '+inf')
end
return {
  held(running),
  settled(succeeded) + lapsed(revoking),
  settled(failed) + lapsed(running),
  held(revoking),
}
