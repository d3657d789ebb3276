--@include lapse
lapse(redis.call('ZRANGEBYSCORE', running, '-inf', now, 'LIMIT', '0', MOST), running, 'R', 'F', failed)
lapse(redis.call('ZRANGEBYSCORE', revoking, '-inf', now, 'LIMIT', '0', MOST), revoking, 'V', 'S', succeeded)
