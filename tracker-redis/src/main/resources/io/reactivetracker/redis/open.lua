-- Keeps the settings of the namespace where there are none yet.
--
-- KEYS[8]: where they are kept. ARGV: the settings of this process.
-- Gives the settings that are kept, and the maxmemory-policy of the server; each empty where that is not allowed.
local kept = redis.call('GET', KEYS[8])
if not kept then
  local answer = redis.pcall('SET', KEYS[8], ARGV[1])
  if type(answer) == 'table' and answer.err then
    kept = ''
  else
    kept = ARGV[1]
    -- Others may have been there before, and let keys expire at another time.
    for i = 1, 6 do
      if AGE > 0 then
        redis.pcall('PEXPIRE', KEYS[i], EXPIRY)
      else
        redis.pcall('PERSIST', KEYS[i])
      end
    end
  end
end
local memory = redis.pcall('INFO', 'memory')
local policy = type(memory) == 'string' and string.match(memory, 'maxmemory_policy:(%S+)')
return { kept, policy or '' }
