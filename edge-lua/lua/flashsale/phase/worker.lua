-- Each worker, once.
local random = require "flashsale.random"
require("flashsale.trace").start(random.bits32())
require("flashsale.order_id").start(random.bits32())
require("flashsale.tally").start(random.bits32())
assert(require("flashsale.spans").start())
assert(require("flashsale.syncer").start(ngx.worker.pid() .. ":" .. random.bits32()))
assert(require("flashsale.backends").start())
assert(require("flashsale.events").start())
