std = "ngx_lua"
max_line_length = 130
cache = false

files["redis/flashsale.lua"] = { read_globals = { "redis" } }
files["spec"] = { std = "max+busted" }
files["spec/support/double.lua"] = { std = "ngx_lua" }
