-- SPDX-License-Identifier: Apache-2.0
--
-- A payment at the bank, in one atomic step.
--
-- KEYS: the highest fencing token seen for each payment; what was charged for each; how often each was charged; what was
-- refused. ARGV: the payment, the fencing token, the amount.
local seen = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
if tonumber(ARGV[2]) < seen then
  -- Somebody has taken over since: this is an owner that was paused for longer than its lease.
  redis.call('HINCRBY', KEYS[4], ARGV[1], 1)
  return 'STALE'
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  -- An owner that died between its charge and its record of it: there is nothing left to do but to record.
  return 'ALREADY'
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('HINCRBY', KEYS[3], ARGV[1], 1)
return 'CHARGED'
