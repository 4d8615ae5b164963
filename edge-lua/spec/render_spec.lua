-- The renderer: what it writes, and the sentence for each value that it refuses.

local edge = require "support.edge"

describe("render", function()
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log() end)

  local config = edge.home .. "/nginx/nginx.conf"

  it("names each bad value in a sentence, and leaves what was there", function()
    local before = edge.read(config)
    for name, values in pairs {
      FLASHSALE_EDGE_PORT = { "0", "65536", "80a", "-1", "8080;", " " },
      FLASHSALE_BACKENDS = { "x", "a:70000", "a:0", "a:1;", ",", "a b:1" },
      FLASHSALE_REGISTRY = { "x:1", "https://x:1", "http://x", "http://x:1/eureka", "http://x:1,y:2" },
      FLASHSALE_EDGE_LISTEN = { "localhost", "1.2.3.4;", "*" },
      FLASHSALE_EDGE_WORKERS = { "0", "many", "257" },
      FLASHSALE_EDGE_CONNECTIONS = { "1", "x" },
      FLASHSALE_EDGE_NODE = { "a b", "x;y" },
      FLASHSALE_EDGE_ACCESS_LOG = { "on" },
      FLASHSALE_LOG = { "xml" },
      FLASHSALE_OTLP_URL = { "https://127.0.0.1:4318", "http://localhost", "http://127.0.0.1:4318/v1/traces" },
      FLASHSALE_TRACE_SAMPLE = { "2", "-1", "1.5", "half" },
      FLASHSALE_PROFILE = { "test", "Production" },
      FLASHSALE_HOME = { "relative", '/tmp/a"b', "/tmp/a$b", "/tmp/a\nb", "/tmp/a;b" },
      FLASHSALE_STOREFRONT = { "pages", "/x{y" },
      FLASHSALE_NGINX_LUA = { "lua", "/x?y", "/nonexistent" },
      FLASHSALE_REDIS_SOCKET = { "", "redis.sock", "/" .. string.rep("x", 107) },
      FLASHSALE_REDIS_HOST = { "localhost" }, -- beside the socket
      FLASHSALE_REDIS_EDGE_USER = { "a b", ">x" },
      FLASHSALE_REDIS_EDGE_PASSWORD_FILE = { "", "/nonexistent" },
      FLASHSALE_EDGE_TOKEN_FILE = { "", "/nonexistent" },
      FLASHSALE_SESSION_KEYS_FILE = { "", "/nonexistent" },
      FLASHSALE_TRUSTED_PROXIES = { "everyone", "10.0.0.0/8;", "1.2.3" },
      FLASHSALE_RATE_EXEMPT = { "x" },
      FLASHSALE_METRICS_ALLOW = { "all;" },
      FLASHSALE_BUCKET_ACCOUNT = { "5", "0:10", "5:0", "-5:10", "a:b" },
      FLASHSALE_BUCKET_ADDRESS = { "5:1.5" },
      FLASHSALE_BUCKET_SKU = { ":" },
      FLASHSALE_BUCKET_EDGE = { "on" },
      FLASHSALE_EDGE_BUCKET_SIZE = { "0m", "1g", "x" },
      FLASHSALE_EDGE_BLACKLIST_SIZE = { "32" },
      FLASHSALE_EDGE_HOLDERS_SIZE = { "-1m" },
    } do
      for _, value in ipairs(values) do
        local output, status = edge.render { [name] = value }
        assert.are_not.equal(0, status, name .. "=" .. value)
        assert.truthy(output:find("render: " .. name .. " ", 1, true), name .. "=" .. value .. ": " .. output)
      end
    end
    assert.equal(before, edge.read(config))
  end)

  it("writes a configuration that nginx takes, from the settings that it is given", function()
    local output, status = edge.render {
      FLASHSALE_HOME = edge.dir .. "/other home", FLASHSALE_EDGE_LISTEN = "::1", FLASHSALE_EDGE_WORKERS = "auto",
      FLASHSALE_TRUSTED_PROXIES = "10.0.0.0/8,::1", FLASHSALE_EDGE_ACCESS_LOG = "sampled", FLASHSALE_BUCKET_EDGE = "off",
      FLASHSALE_METRICS_ALLOW = "none", FLASHSALE_RATE_EXEMPT = "none",
    }
    assert.equal(0, status, output)
    local path = edge.dir .. "/other home/nginx/nginx.conf"
    assert.equal(path .. "\n", output)
    local text = edge.read(path)
    for _, line in ipairs { "listen [::1]:" .. edge.port .. " ", "worker_processes auto;", "set_real_ip_from 10.0.0.0/8;",
      "access_log \"" .. edge.dir .. "/other home/logs/edge-access.log\"" } do
      assert.truthy(text:find(line, 1, true), line)
    end
    assert.is_nil(text:find("@[A-Z_]+@"))
    output, status = edge.shell(edge.nginx .. " -t -p " .. edge.quote(edge.dir .. "/other home/nginx") .. " -c "
      .. edge.quote(path))
    assert.equal(0, status, output)
  end)

  it("takes a name or an address where Redis is reached by TCP", function()
    for _, case in ipairs { { "redis", nil, "redis=redis:6379" }, { "10.0.0.9", 7000, "redis=10.0.0.9:7000" },
      { "::1", 7000, "redis=[::1]:7000" } } do
      local given = { FLASHSALE_HOME = edge.dir .. "/tcp home", FLASHSALE_REDIS_SOCKET = "", FLASHSALE_REDIS_HOST = case[1],
        FLASHSALE_REDIS_PORT = case[2], FLASHSALE_BACKENDS = "one:8081,[::1]:8082" }
      local output, status = edge.render(given)
      assert.equal(0, status, output)
      local text = edge.read(edge.dir .. "/tcp home/nginx/edge.settings")
      assert.truthy(text:find("\n" .. case[3] .. "\n", 1, true), text)
      assert.truthy(text:find("\nbackends=one:8081 [::1]:8082\n", 1, true), text)
    end
    for name, values in pairs { FLASHSALE_REDIS_HOST = { "a b", "x;" }, FLASHSALE_REDIS_PORT = { "0", "x" } } do
      for _, value in ipairs(values) do
        local given = { FLASHSALE_REDIS_SOCKET = "", FLASHSALE_REDIS_HOST = "redis", [name] = value }
        local output, status = edge.render(given)
        assert.are_not.equal(0, status, name .. "=" .. value)
        assert.truthy(output:find("render: " .. name .. " ", 1, true), output)
      end
    end
  end)

  it("writes no secret, neither into files nor into the arguments of a process", function()
    for _, file in ipairs { "nginx.conf", "edge.settings" } do
      local text = edge.read(edge.home .. "/nginx/" .. file)
      assert.truthy(#text > 0)
      for _, secret in ipairs { "edge-password", "spec-edge-token", "a2tra2tr" } do
        assert.is_nil(text:find(secret, 1, true), file .. " has " .. secret)
      end
    end
    local arguments = edge.shell("ps -ww -eo args | grep nginx")
    assert.is_nil(arguments:find("spec-edge-token", 1, true))
  end)

  it("leaves the check of what is in the files to nginx's start, which stops with a sentence", function()
    local function start_with(file, content, given)
      edge.write(edge.dir .. "/" .. file, content)
      local home = edge.dir .. "/bad home"
      given.FLASHSALE_HOME = home
      local output, status = edge.render(given)
      assert.equal(0, status, output)
      output, status = edge.shell("timeout 5 " .. edge.nginx .. " -p " .. edge.quote(home .. "/nginx") .. " -c "
        .. edge.quote(home .. "/nginx/nginx.conf"))
      assert.equal(1, status, output)
      return output .. edge.read(home .. "/logs/edge-error.log")
    end
    local keys = edge.dir .. "/bad-keys"
    local function keys_say(content)
      return start_with("bad-keys", content, { FLASHSALE_SESSION_KEYS_FILE = keys })
    end
    assert.truthy(keys_say(""):find("session keys: the file has no key", 1, true))
    assert.truthy(keys_say("k1 c2hvcnQ=\n"):find("session keys, line 1: the key is under 32 bytes", 1, true))
    assert.truthy(keys_say("# x\nk1\n"):find("session keys, line 2: wants `kid base64key`", 1, true))
    local good = string.rep("a2tr", 11)
    assert.truthy(keys_say("a " .. good .. "\na " .. good .. "\n"):find("session keys, line 2: kid a is given twice", 1, true))
    assert.truthy(start_with("bad-token", "\n", { FLASHSALE_EDGE_TOKEN_FILE = edge.dir .. "/bad-token" })
      :find("the edge's token: " .. edge.dir .. "/bad-token holds no secret", 1, true))
  end)
end)
