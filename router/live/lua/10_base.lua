-- Base: time, keys, records, deadlines, events, effects. Everything lives under one hash tag.
--
--   <p>:epoch            number of this life of the index; absent = lost, every function refuses
--   <p>:cfg              timings as JSON, in ms
--   <p>:c:<id>           contact, JSON          <p>:contacts  set of open ids
--   <p>:a:<id>           agent, JSON            <p>:agents    set of known ids
--   <p>:lane:<name>      zset score -> member   queued, open to all; name = channel|needs
--   <p>:lanes            zset score of the head -> lane
--   <p>:held:<agent>     zset score -> member   queued, held for that agent
--   <p>:odd              zset score -> member   queued, refused by somebody: looked at one by one
--   <p>:aside            zset score -> member   waiting, and in no lane: held, odd, ringing, connecting
--   <p>:refused          set of waiting contacts that somebody declined or missed
--   <p>:profiles         set of profiles        <p>:pool:<profile>:<bucket>  zset idle_since -> id
--   <p>:live:<bucket>    set of profiles whose pool is not empty
--   <p>:causes           hash profile~cause -> how many agents    <p>:v  name of the last step
--   <p>:named:<agent>    set of waiting contacts that are held for him
--   <p>:deadlines        zset ms -> kind|id     <p>:effects  zset due -> id   <p>:e:<id>  JSON
--   <p>:events           stream                 <p>:op:<id>  reply of an operation, 1 min

local NULL -- cjson.null; cjson can be reached only while a function runs

local ctx -- of the running function: p (prefix), now, epoch, cfg, touched contacts/agents, seekers

-- What follows from strings and configuration alone, kept between calls; dropped when cfg changes.
local KEPT = {}
local KEEP = 30000 -- records at most
local kept -- of the running function's workspace

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

-- A record as it comes from outside: what is null there is absent here.
local function bare(record)
  for name, value in pairs(record) do
    if value == NULL then record[name] = nil end
  end
  return record
end

-- Records are read once per function and written once at its end.
-- Between steps they stay in this process's memory, under the index's version: any step that was
-- taken elsewhere (another primary) makes it forget.
local function record(kind, here, id)
  local found = here[id]
  if found == nil then
    found = kept.records[kind .. id] or load(kind .. id) or false
    here[id] = found
  end
  return found or nil
end

local function contact(id)
  if not has(id) then return nil end
  return record('c:', ctx.contacts, id)
end

local function agent(id)
  if not has(id) then return nil end
  return record('a:', ctx.agents, id)
end

local function touch(c) ctx.dirty_c[c.id] = true end

-- A record that this step makes; what is not said is the usual.
local USUAL = { state = 'queued', dir = 'in', link = 'none', caller = 'present', units = 0, link_epoch = 0 }

local function new_contact(c)
  for name, value in pairs(USUAL) do
    if not has(c[name]) then c[name] = value end
  end
  ctx.contacts[c.id], ctx.made[c.id] = c, true
end

-- Who may have found somebody new: matched at the end of the step (25_match.lua).
local function seek(c) ctx.seek_c[c.id] = true end
local function seek_agent(a) ctx.seek_a[a.id] = true end
local match_all, flush_pools
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
  c.fx = c.fx or {} -- what was asked for; whether it is done already does not matter here
  c.fx[kind] = true
  ctx.effects = true
end

local function drop_effects(c, ...)
  if not has(c.fx) then return end
  for _, kind in ipairs({ ... }) do
    if c.fx[kind] then
      redis.call('DEL', key('e:' .. kind .. ':' .. c.id))
      redis.call('ZREM', key('effects'), kind .. ':' .. c.id)
      c.fx[kind] = nil
    end
  end
  if not next(c.fx) then c.fx = nil end
end

-- Events: one per step, with the whole of every record that it changed -------------------------
local function event(name, c, extra)
  local ev = extra or {}
  ev.name = name
  if c then ev.contact = c.id end
  ctx.out[#ctx.out + 1] = ev
end

-- Today's counts; what a step changed goes along with it.
local function count(c, what)
  local day = math.floor((ctx.now + num(ctx.cfg.zone_offset_ms, 0)) / 86400000)
  local k, field = key('stats:' .. day), c.severity .. ':' .. what
  local n = redis.call('HINCRBY', k, field, 1)
  if n == 1 then redis.call('EXPIRE', k, 172800) end
  ctx.counted = ctx.counted or { day = day }
  ctx.counted[field] = n
end

local function today(k, day)
  local flat = redis.call('HGETALL', k)
  local t = { day = day }
  for i = 1, #flat, 2 do t[flat[i]] = tonumber(flat[i + 1]) end
  return t
end

local function begin(keys, argv)
  NULL = cjson.null
  local req = cjson.decode(argv[1])
  ctx = { p = keys[1], contacts = {}, agents = {}, dirty_c = {}, dirty_a = {}, kept = {}, out = {},
    made = {}, pools = {},
    seek_c = {}, seek_a = {}, best = {} }
  if has(req.now) then
    ctx.now = tonumber(req.now)
  else
    local t = redis.call('TIME')
    ctx.now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  end
  local base = redis.call('MGET', key('epoch'), key('cfg'), key('v'))
  ctx.epoch = tonumber(base[1] or nil)
  local raw = base[2]
  kept = KEPT[ctx.p]
  if not kept or kept.raw ~= raw then
    kept = { raw = raw, cfg = raw and cjson.decode(raw) or {}, rank = {}, buckets = {}, records = {}, many = 0 }
    KEPT[ctx.p] = kept
  end
  if kept.torn or kept.v ~= base[3] or kept.many > KEEP then -- broken off, or written elsewhere
    kept.causes, kept.records, kept.many, kept.v = nil, {}, 0, base[3]
    kept.rank, kept.buckets = {}, {}
  end
  ctx.cfg = kept.cfg
  return req
end

-- Counts that a step changed are written once, at its end; memory follows at once.
local function write_causes()
  for field, by in pairs(ctx.cause_by or {}) do
    if by ~= 0 then redis.call('HINCRBY', key('causes'), field, by) end
  end
end

-- What this step read or wrote is known to the next one.
local function remember()
  -- Named after this memory: a primary that lost steps and came back never takes it for its own.
  if not kept.name then kept.name = table.concat(redis.call('TIME'), '.') end
  kept.steps = num(kept.steps, 0) + 1
  kept.v = kept.name .. ':' .. kept.steps
  redis.call('SET', key('v'), kept.v)
  for id, c in pairs(ctx.contacts) do
    local name = 'c:' .. id
    local known = kept.records[name]
    if c and c.state ~= 'ended' then
      if not known then kept.many = kept.many + 1 end
      kept.records[name] = c
    elseif known then
      kept.records[name], kept.many = nil, kept.many - 1
    end
  end
  for id, a in pairs(ctx.agents) do
    if a then
      if not kept.records['a:' .. id] then kept.many = kept.many + 1 end
      kept.records['a:' .. id] = a
    end
  end
  kept.torn = nil
end

local function commit(reply)
  flush_pools() -- before the agents are written
  local put_c, put_a, raws, any = {}, {}, {}, false
  for id in pairs(ctx.kept) do
    if not ctx.dirty_c[id] then redis.call('SET', key('c:' .. id), cjson.encode(ctx.contacts[id])) end
  end
  for id in pairs(ctx.dirty_c) do
    local c = ctx.contacts[id]
    local raw = cjson.encode(c)
    raws[id] = raw
    if c.state == 'ended' then
      redis.call('DEL', key('c:' .. id))
      redis.call('SREM', key('contacts'), id)
    else
      redis.call('SET', key('c:' .. id), raw)
      if ctx.made[id] then redis.call('SADD', key('contacts'), id) end
    end
    put_c[#put_c + 1] = raw
    any = true
  end
  for id in pairs(ctx.dirty_a) do
    -- An empty table has no kind of its own; this one is a list.
    local raw = string.gsub(cjson.encode(ctx.agents[id]), '"contacts":{}', '"contacts":[]')
    redis.call('SET', key('a:' .. id), raw)
    if ctx.made[id] then redis.call('SADD', key('agents'), id) end
    put_a[#put_a + 1] = raw
    any = true
  end
  write_causes()
  remember()
  if any or #ctx.out > 0 then
    local body = '{"at":' .. string.format('%d', ctx.now) .. ',"epoch":' .. ctx.epoch ..
      ',"events":' .. (#ctx.out > 0 and cjson.encode(ctx.out) or '[]') ..
      ',"contacts":[' .. table.concat(put_c, ',') .. '],"agents":[' .. table.concat(put_a, ',') .. ']'
    if ctx.counted then body = body .. ',"today":' .. cjson.encode(ctx.counted) end
    if ctx.reserve then body = body .. ',"reserve":' .. ctx.reserve end
    if ctx.effects then body = body .. ',"effects":true' end
    redis.call('XADD', key('events'), 'MAXLEN', '~', '200000', '*', 'e', body .. '}')
  end
  reply = reply or {}
  reply.now = ctx.now
  local c = reply.contact
  local raw = type(c) == 'table' and raws[c.id]
  if not raw then return cjson.encode(reply) end
  reply.contact = nil -- it is written already
  return string.sub(cjson.encode(reply), 1, -2) .. ',"contact":' .. raw .. '}'
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
    kept.torn = true
    local answer = body(req)
    match_all()
    local reply = commit(answer)
    if has(req.op) then redis.call('SET', key('op:' .. req.op), reply, 'EX', 60) end
    return reply
  end)
end

local function no(code, text) return { ok = false, code = code, text = text } end
