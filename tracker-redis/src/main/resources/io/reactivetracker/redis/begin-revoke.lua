-- SUCCEEDED --beginRevoke--> REVOKING
--
-- ARGV[6]: the nonce of the call.
-- Gives 1 and the fencing number, or 0 and the status that was in the way.
return claim({ SUCCEEDED = true }, 'REVOKING')
