-- SPDX-License-Identifier: Apache-2.0
-- One connection in each thread: an answer belongs to the thread's last request.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  orders = 0
  accepted = io.open("accepted-" .. number .. ".txt", "w")
  accepted:setvbuf("no")
end

function delay()
  return 5
end

function request()
  orders = orders + 1
  return wrk.format("POST", "/orders/order-" .. number .. "-" .. orders)
end

function response(status)
  if status == 202 then
    accepted:write("order-" .. number .. "-" .. orders .. "\n")
  end
end
