-- NOT_FOUND, FAILED --begin--> RUNNING
--
-- ARGV[6]: the nonce of the call.
-- Gives 1 and the fencing number, or 0 and the status that was in the way.
return claim({ NOT_FOUND = true, FAILED = true }, 'RUNNING')
