-- Stores the settings of the namespace if there are none yet.
--
-- KEYS[8]: the settings. ARGV: the settings of this process.
-- Returns the stored settings and the server's maxmemory-policy; each is empty if access is not allowed.
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
