-- The master, before the workers are born: settings, secrets and tables. What is wrong here stops the start.
require "resty.core"
require("flashsale.platform").tune()
local settings = require("flashsale.settings").load(ngx.config.prefix() .. "edge.settings")
require("flashsale.codes").parse(settings.codes)
require("flashsale.hmac").self_test()
require("flashsale.session").use_keys(settings.session_keys)
require "flashsale.funnel"
require "flashsale.live"
require "flashsale.health"
require "flashsale.backends"
require "flashsale.events"
