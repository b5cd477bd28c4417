-- Base: time, keys, records, deadlines, events, effects. Everything lives under one hash tag.
--
--   <p>:epoch            number of this life of the index; absent = lost, every function refuses
--   <p>:cfg              timings as JSON, in ms
--   <p>:c:<id>           contact, JSON          <p>:contacts  set of open ids
--   <p>:a:<id>           agent, JSON            <p>:agents    set of known ids
--   <p>:waiting          zset score -> member   queued, offered and connecting: the one order
--   <p>:lanes            set of lane names      <p>:lane:<name>  zset score -> member, queued only
--   <p>:profiles         hash signature -> JSON <p>:pool:<signature>:<bucket>  zset idle_since -> id
--   <p>:deadlines        zset ms -> kind|id     <p>:effects  zset due -> id   <p>:e:<id>  JSON
--   <p>:events           stream                 <p>:op:<id>  reply of an operation, 1 min

local NULL -- cjson.null; cjson can be reached only while a function runs

local ctx -- of the running function: p (prefix), now, epoch, cfg, touched contacts/agents, stat

local function key(name) return ctx.p .. ':' .. name end

local function load(name)
  local raw = redis.call('GET', key(name))
  if not raw then return nil end
  return cjson.decode(raw)
end

local function has(value) return value ~= nil and value ~= NULL end

local function num(value, default)
  if has(value) then return tonumber(value) end
  return default
end

-- Records are read once per function and written once at its end.
local function contact(id)
  local c = ctx.contacts[id]
  if c == nil then
    c = load('c:' .. id) or false
    ctx.contacts[id] = c
  end
  return c or nil
end

local function agent(id)
  if not has(id) then return nil end
  local a = ctx.agents[id]
  if a == nil then
    a = load('a:' .. id) or false
    ctx.agents[id] = a
  end
  return a or nil
end

local function touch(c) ctx.dirty_c[c.id] = true end
-- Written, but told to nobody: no person sees the difference.
local function keep(c) ctx.kept[c.id] = true end
local function touch_agent(a) ctx.dirty_a[a.id] = true end

-- Deadlines ----------------------------------------------------------------------------------
local function arm(kind, id, at) redis.call('ZADD', key('deadlines'), at, kind .. '|' .. id) end
local function disarm(kind, id) redis.call('ZREM', key('deadlines'), kind .. '|' .. id) end

-- Effects: what has to be done outside, at most one of a kind per contact ----------------------
local function effect(kind, c, due, args)
  local id = kind .. ':' .. c.id
  local row = { id = id, kind = kind, contact = c.id, epoch = ctx.epoch, tries = 0, made_at = ctx.now,
    args = args or {}, carrier_id = c.carrier_id }
  redis.call('SET', key('e:' .. id), cjson.encode(row))
  redis.call('ZADD', key('effects'), due or ctx.now, id)
  ctx.effects = true
end

local function drop_effect(kind, c)
  local id = kind .. ':' .. c.id
  redis.call('DEL', key('e:' .. id))
  redis.call('ZREM', key('effects'), id)
end

-- Events: one per step, with the whole of every record that it changed -------------------------
local function event(name, c, extra)
  local ev = extra or {}
  ev.name = name
  if c then ev.contact = c.id end
  ctx.out[#ctx.out + 1] = ev
end

local function count(c, what)
  local day = math.floor((ctx.now + num(ctx.cfg.zone_offset_ms, 0)) / 86400000)
  local k = key('stats:' .. day)
  redis.call('HINCRBY', k, c.severity .. ':' .. what, 1)
  redis.call('EXPIRE', k, 172800)
  ctx.counted = k
end

local function today(k)
  local flat = redis.call('HGETALL', k)
  local t = {}
  for i = 1, #flat, 2 do t[flat[i]] = tonumber(flat[i + 1]) end
  return t
end

local function begin(keys, argv)
  NULL = cjson.null
  local req = cjson.decode(argv[1])
  ctx = { p = keys[1], contacts = {}, agents = {}, dirty_c = {}, dirty_a = {}, kept = {}, out = {} }
  if has(req.now) then
    ctx.now = tonumber(req.now)
  else
    local t = redis.call('TIME')
    ctx.now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  end
  ctx.epoch = tonumber(redis.call('GET', key('epoch')))
  local cfg = redis.call('GET', key('cfg'))
  ctx.cfg = cfg and cjson.decode(cfg) or {}
  return req
end

local function commit(reply)
  local put_c, put_a, any = {}, {}, false
  for id in pairs(ctx.kept) do
    if not ctx.dirty_c[id] then redis.call('SET', key('c:' .. id), cjson.encode(ctx.contacts[id])) end
  end
  for id in pairs(ctx.dirty_c) do
    local c = ctx.contacts[id]
    local raw = cjson.encode(c)
    if c.state == 'ended' then
      redis.call('DEL', key('c:' .. id))
      redis.call('SREM', key('contacts'), id)
    else
      redis.call('SET', key('c:' .. id), raw)
      redis.call('SADD', key('contacts'), id)
    end
    put_c[#put_c + 1] = raw
    any = true
  end
  for id in pairs(ctx.dirty_a) do
    -- An empty table has no kind of its own; this one is a list.
    local raw = string.gsub(cjson.encode(ctx.agents[id]), '"contacts":{}', '"contacts":[]')
    redis.call('SET', key('a:' .. id), raw)
    redis.call('SADD', key('agents'), id)
    put_a[#put_a + 1] = raw
    any = true
  end
  if any or #ctx.out > 0 then
    local body = '{"at":' .. string.format('%d', ctx.now) .. ',"epoch":' .. ctx.epoch ..
      ',"events":' .. (#ctx.out > 0 and cjson.encode(ctx.out) or '[]') ..
      ',"contacts":[' .. table.concat(put_c, ',') .. '],"agents":[' .. table.concat(put_a, ',') .. ']'
    if ctx.counted then body = body .. ',"today":' .. cjson.encode(today(ctx.counted)) end
    if ctx.effects then body = body .. ',"effects":true' end
    redis.call('XADD', key('events'), 'MAXLEN', '~', '200000', '*', 'e', body .. '}')
  end
  reply = reply or {}
  reply.now = ctx.now
  return reply
end

-- A mutation: refused while the index is lost; the same operation twice gives the first reply.
local function mutation(name, body)
  redis.register_function('hf_' .. name, function(keys, argv)
    local req = begin(keys, argv)
    if not ctx.epoch then return redis.error_reply('NOEPOCH the live index is lost; a rebuild is due') end
    if has(req.op) then
      local before = redis.call('GET', key('op:' .. req.op))
      if before then return before end
    end
    local reply = cjson.encode(commit(body(req)))
    if has(req.op) then redis.call('SET', key('op:' .. req.op), reply, 'EX', 60) end
    return reply
  end)
end

local function no(code, text) return { ok = false, code = code, text = text } end
