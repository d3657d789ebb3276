-- SPDX-License-Identifier: Apache-2.0
--
-- How the records of a namespace are kept: stands in front of every script.
--
--   records      hash  key -> "STATUS fence nonce\nfailure"; none is NOT_FOUND
--   running      zset  key -> when its lease runs out
--   revoking     zset  key -> when its lease runs out
--   succeeded    zset  key -> when it was settled
--   failed       zset  key -> when it was settled
--   settlements  zset  "fence:step" -> when it was made: what a step that is sent again is told by
--   fence        string, the number that was given last
--
-- Who ends a claim publishes the status that the key has from then on, in the same step:
--
--   settled:KEY  channel
--
-- A key with a record is in the one zset of its status. Times are microseconds by the clock of the server.
--
-- A lease that has run out reads as an end at that time, also before anybody has written that down; see read. The same holds
-- for a record that has reached its age. Who changes something tidies up a bounded number of such records; see tidy.

local records, running, revoking, succeeded, failed = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local settlements, fences = KEYS[6], KEYS[7]
local channels = string.sub(records, 1, -#'records' - 1) .. 'settled:'

local key = ARGV[1]
local lease = tonumber(ARGV[2])
local age = tonumber(ARGV[3]) -- 0: any
local number = tonumber(ARGV[4]) -- 0: any
local remembered = tonumber(ARGV[5]) -- for how long a settlement is

-- Each call makes one or two records more; what it tidies up is more than that, and still little work.
local MOST = 8
-- A claim whose lease ran out leaves no other word. See StoredFailure for the other failures.
local LEASE_LOST = 'L'

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function text(integer)
  return string.format('%.0f', integer)
end

local zsets = { RUNNING = running, REVOKING = revoking, SUCCEEDED = succeeded, FAILED = failed }
local ends = { RUNNING = 'FAILED', REVOKING = 'SUCCEEDED' }

local function write(of, status, fence, nonce, failure)
  redis.call('HSET', records, of, status .. ' ' .. text(fence) .. ' ' .. nonce .. '\n' .. failure)
end

-- Never in the way of what is done: a user of Redis may not be allowed to publish.
local function publish(of, status)
  redis.pcall('PUBLISH', channels .. of, status)
end

local function parse(record)
  local line = string.find(record, '\n', 1, true)
  local status, fence, nonce = string.match(string.sub(record, 1, line - 1), '^(%u+) (%d+) (%S+)$')
  return { status = status, fence = tonumber(fence), nonce = nonce, failure = string.sub(record, line + 1) }
end

-- What is true of the key now: a lease that has run out is an end, and a record of its age is none.
local function read()
  local stored = redis.call('HGET', records, key)
  if not stored then
    return { status = 'NOT_FOUND' }
  end
  local record = parse(stored)
  local at = tonumber(redis.call('ZSCORE', zsets[record.status], key) or 0)
  if ends[record.status] then
    if at > now then
      return record
    end
    record.failure = record.status == 'RUNNING' and LEASE_LOST or ''
    record.status = ends[record.status]
  end
  if age > 0 and at <= now - age then
    return { status = 'NOT_FOUND' }
  end
  return record
end

local function drop(of)
  redis.call('HDEL', records, of)
  for _, zset in pairs(zsets) do
    redis.call('ZREM', zset, of)
  end
end

-- The settled key that was settled first, or nil.
local function oldest()
  local success = redis.call('ZRANGE', succeeded, 0, 0, 'WITHSCORES')
  local failure = redis.call('ZRANGE', failed, 0, 0, 'WITHSCORES')
  if not success[1] then
    return failure[1], failure[2]
  elseif not failure[1] or tonumber(success[2]) <= tonumber(failure[2]) then
    return success[1], success[2]
  end
  return failure[1], failure[2]
end

-- Drops what is beyond the retention.
local function retire()
  if age == 0 and number == 0 then
    return
  end
  for _ = 1, MOST * 4 do
    local first, at = oldest()
    local isOld = first and age > 0 and tonumber(at) <= now - age
    local isMany = first and number > 0
      and redis.call('ZCARD', succeeded) + redis.call('ZCARD', failed) > number
    if not (isOld or isMany) then
      return
    end
    drop(first)
  end
end

-- Writes down that leases have run out.
local function lapse(status)
  for _, of in ipairs(redis.call('ZRANGEBYSCORE', zsets[status], '-inf', text(now), 'LIMIT', 0, MOST)) do
    local at = redis.call('ZSCORE', zsets[status], of)
    local record = parse(redis.call('HGET', records, of))
    redis.call('ZREM', zsets[status], of)
    write(of, ends[status], record.fence, record.nonce, status == 'RUNNING' and LEASE_LOST or '')
    redis.call('ZADD', zsets[ends[status]], at, of)
    publish(of, ends[status])
  end
end

local function tidy()
  lapse('RUNNING')
  lapse('REVOKING')
  retire()
  local old = redis.call('ZRANGEBYSCORE', settlements, '-inf', text(now - remembered), 'LIMIT', 0, MOST)
  if old[1] then
    redis.call('ZREM', settlements, unpack(old))
  end
end

-- Greater than any before; and as great as the time, so that it goes up even if the server has lost the last one.
local function nextFence()
  local last = tonumber(redis.call('GET', fences) or 0)
  local fence = math.max(last + 1, now)
  redis.call('SET', fences, text(fence))
  return fence
end

-- Gives the key to whoever asks, from one status to another; the same to who asks again since the answer was lost.
local function claim(isFree, status)
  local nonce = ARGV[6]
  retire()
  local record = read()
  if record.status == status and record.nonce == nonce then
    return { 1, record.fence }
  end
  if not isFree[record.status] then
    return { 0, record.status }
  end
  -- The first write of all, unless something was dropped just now: a full server refuses it, and with it all.
  local fence = nextFence()
  write(key, status, fence, nonce, '')
  for _, zset in pairs(zsets) do
    redis.call('ZREM', zset, key)
  end
  redis.call('ZADD', zsets[status], text(now + lease), key)
  tidy()
  return { 1, fence }
end

-- Whether the claim with this fence holds the key now.
local function holds(record, fence)
  return ends[record.status] ~= nil and record.fence == fence
end

-- Ends a claim, if it still holds the key; says so again to who asks again since the answer was lost.
local function settle(step, becomes, failure)
  local fence = tonumber(ARGV[6])
  local settlement = text(fence) .. ':' .. step
  if redis.call('ZSCORE', settlements, settlement) then
    return 1
  end
  local record = read()
  if not holds(record, fence) then
    return 0
  end
  -- Comes first because it takes no memory: so a full server lets the whole script through.
  redis.call('ZREM', zsets[record.status], key)
  local status = becomes[record.status]
  if status == 'NOT_FOUND' then
    redis.call('HDEL', records, key)
  else
    write(key, status, fence, record.nonce, status == 'FAILED' and failure or '')
    redis.call('ZADD', zsets[status], text(now), key)
  end
  redis.call('ZADD', settlements, text(now), settlement)
  tidy()
  publish(key, status)
  return 1
end

