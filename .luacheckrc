std = "ngx_lua"
max_line_length = 130
cache = false

files["edge-lua/redis/flashsale.lua"] = { read_globals = { "redis" } }
files["edge-lua/spec"] = { std = "max+busted" }
files["edge-lua/spec/support/double.lua"] = { std = "ngx_lua" }
