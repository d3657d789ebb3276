--@include lapse
lapse(redis.call('ZRANGEBYSCORE', running, '-inf', now, 'LIMIT', '0', MAX_TIDIED), running, 'R', 'F', failed)
lapse(redis.call('ZRANGEBYSCORE', revoking, '-inf', now, 'LIMIT', '0', MAX_TIDIED), revoking, 'V', 'S', succeeded)
