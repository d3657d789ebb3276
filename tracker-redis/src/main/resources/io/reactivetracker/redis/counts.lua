-- Changes nothing.
--
-- Gives how many keys are RUNNING, SUCCEEDED, FAILED and REVOKING.
local oldestKept = age > 0 and '(' .. text(now - age) or '-inf'
local function held(zset)
  return redis.call('ZCOUNT', zset, '(' .. text(now), '+inf')
end
local function lapsed(zset)
  return redis.call('ZCOUNT', zset, oldestKept, text(now))
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
