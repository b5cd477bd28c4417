-- Base: time, keys, records, deadlines, events, effects. Everything lives under one hash tag.
-- Lua allows 200 locals beside each other: what only one file needs stands there in do ... end.
-- docs/adr/ tells why the working index is in this library's memory.
--
--   <p>:records    hash  c:<id> contact, a:<id> agent as JSON; epoch, number of this life of the index
--                  (absent = lost, every function refuses); v, name of the last step; fence, the last
--   <p>:cfg        timings as JSON, in ms
--   <p>:agents     set of known ids
--   <p>:lane:<n>   zset score -> member   queued, open to all; n = channel|needs
--   <p>:lanes      set of lanes that were ever used
--   <p>:aside      set of queued contacts in no lane: held for somebody, or refused by somebody
--   <p>:deadlines  zset ms -> kind|id     <p>:effects  zset due -> id   <p>:e:<id>  JSON
--   <p>:events     stream: e = what a step changed; o = its operation, r = its reply, c = the contact in it
--   <p>:stats:<day>, <p>:violations       counts        <p>:tomb:<id>  how it ended, 10 min
--
-- In memory only, made anew from the records (23_recall.lua) when v is not the one we wrote: heads of
-- lanes, who stands beside them, pools and causes of agents, the counts of today.

local NULL -- cjson.null; cjson can be reached only while a function runs

local ctx -- of the running function: p (prefix), now, epoch, cfg, touched contacts/agents, seekers

-- What is known between steps, by workspace.
local KEPT = {}
-- Contacts of either half at most; the older half is dropped when the younger is full. Those in hand,
-- and those in a lane, which are many and not looked at for long.
local KEEP, KEEP_QUEUED = 20000, 2000
local WORKSPACES = 8 -- at most; tests and trials make many
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

-- What is usual is not written; model.py has the same.
local USUAL = { __index = { state = State.QUEUED, dir = 'in', link = 'none', caller = 'present', units = 0, link_epoch = 0 } }

local function usual(c)
  for name, value in pairs(USUAL.__index) do
    if c[name] == value then c[name] = nil end
  end
  return setmetatable(c, USUAL)
end

local function load_contact(id)
  local raw = redis.call('HGET', ctx.records, 'c:' .. id)
  return raw and setmetatable(cjson.decode(raw), USUAL) or nil
end

-- Records are read once per function and written once at its end; between steps they stay in memory.
local function contact(id)
  if not has(id) then return nil end
  local c = ctx.contacts[id]
  if c == nil then
    c = kept.young[id] or kept.old[id] or kept.last[id] or kept.before_last[id] or load_contact(id) or false
    ctx.contacts[id] = c
  end
  return c or nil
end

local function agent(id) return has(id) and kept.agents[id] or nil end

local function touch(c) ctx.dirty_c[c.id] = true end

-- A record that this step makes.
local function new_contact(c)
  ctx.contacts[c.id], ctx.made[c.id], kept.armed[c.id] = usual(c), true, 0
end

-- Who may have found somebody new: matched at the end of the step (25_match.lua).
local function seek(c) ctx.seek_c[c.id] = true end
local function seek_agent(a) ctx.seek_a[a.id] = true end
local match_all, recall, lane_of
-- Written, but told to nobody: no person sees the difference.
local function keep(c) ctx.kept[c.id] = true end
local function touch_agent(a) ctx.dirty_a[a.id] = true end

-- Deadlines: written together, when somebody reads them and at the end ------------------------
-- What is armed is remembered for contacts that came in the life of this memory, one bit a kind, so
-- that taking out what is not there costs nothing.
local OF_AGENTS = { lease = true, offline = true, selftest = true, shift = true, proc = true }
local bits, next_bit = {}, 1

local function is_armed(armed, bit) return armed % (2 * bit) >= bit end

local function arm(kind, id, at)
  local armed = kept.armed[id]
  if armed and not OF_AGENTS[kind] then
    if not bits[kind] then bits[kind], next_bit = next_bit, next_bit * 2 end
    if not is_armed(armed, bits[kind]) then kept.armed[id] = armed + bits[kind] end
  end
  ctx.due[kind .. '|' .. id] = at
end

local function disarm(kind, id)
  local armed = not OF_AGENTS[kind] and kept.armed[id]
  if armed then
    if not bits[kind] or not is_armed(armed, bits[kind]) then return end
    kept.armed[id] = armed - bits[kind]
  end
  ctx.due[kind .. '|' .. id] = false
end

-- One ZADD and one ZREM for many: at is a number, or false to take it out.
local function write_zset(k, changes)
  local add, rem = {}, {}
  for name, at in pairs(changes) do
    if at then
      add[#add + 1] = at
      add[#add + 1] = name
    else rem[#rem + 1] = name end
  end
  for i = 1, #add, 4000 do redis.call('ZADD', k, unpack(add, i, math.min(i + 3999, #add))) end
  for i = 1, #rem, 4000 do redis.call('ZREM', k, unpack(rem, i, math.min(i + 3999, #rem))) end
end

local function flush_deadlines()
  if not next(ctx.due) then return end
  write_zset(key('deadlines'), ctx.due)
  ctx.due = {}
end

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

local function today_of(now) return math.floor((now + num(ctx.cfg.zone_offset_ms, 0)) / 86400000) end

local function stats_of(day)
  local flat = redis.call('HGETALL', key('stats:' .. day))
  local t = { day = day }
  for i = 1, #flat, 2 do t[flat[i]] = tonumber(flat[i + 1]) end
  return t
end

-- Today's counts; what a step changed goes along with it.
local function count(c, what)
  local day, field = today_of(ctx.now), c.severity .. ':' .. what
  if not kept.stats or kept.stats.day ~= day then kept.stats = stats_of(day) end
  local n = num(kept.stats[field], 0) + 1
  kept.stats[field] = n
  ctx.counted = ctx.counted or { day = day }
  ctx.counted[field] = n
end

local function write_counts()
  if not ctx.counted then return end
  local k, put, new = key('stats:' .. ctx.counted.day), {}, false
  for field, n in pairs(ctx.counted) do
    if field ~= 'day' then
      put[#put + 1], put[#put + 2] = field, n
      new = new or n == 1
    end
  end
  redis.call('HSET', k, unpack(put))
  if new then redis.call('EXPIRE', k, 172800) end
end

-- Fences rise through all lives of a memory.
local function next_fence()
  kept.fence = kept.fence + 1
  ctx.fenced = true
  return ctx.epoch .. '.' .. kept.fence
end

-- A memory that knows nothing yet.
local function blank(cfg)
  return { cfg = cfg, agents = {}, young = {}, old = {}, many = 0, last = {}, before_last = {}, lasts = 0, rank = {}, profiles = {}, profile_n = 0, at = {},
    live = {}, free = 0, causes = { all = 0, lost = 0 }, lanes = {}, lane_n = 0, fit = {}, aside = {}, armed = {}, named = {}, refused = {}, steps = 0, fence = 0 }
end

local function remember_workspace(p)
  local n = 0
  for _ in pairs(KEPT) do n = n + 1 end
  if n >= WORKSPACES and not KEPT[p] then KEPT = {} end
  KEPT[p] = kept
end

-- A table of the last step that stayed empty serves the next.
local function empty(table) return table and next(table) == nil and table or {} end

-- The collector's own pace suits small heaps: over the records of thousands of agents it took most of
-- a step. It rests until the heap has grown well beyond that, then goes through it a bit with each step.
local collect
do

local HEAP_KB, BIT = 32 * 1024, 10
local heap_limit = HEAP_KB

collect = function()
  if collectgarbage('count') > heap_limit and collectgarbage('step', BIT) then
    heap_limit = math.max(HEAP_KB, 2.5 * collectgarbage('count'))
  end
  collectgarbage('stop')
end

end

local function begin(keys, argv, reads_only)
  NULL = cjson.null
  collect()
  local req = cjson.decode(argv[1])
  local p = keys[1]
  local was = ctx or {}
  ctx = { p = p, records = p .. ':records', contacts = empty(was.contacts), dirty_c = empty(was.dirty_c),
    dirty_a = empty(was.dirty_a), kept = empty(was.kept), out = empty(was.out), made = empty(was.made),
    due = empty(was.due), lanes = empty(was.lanes), seek_c = empty(was.seek_c), seek_a = empty(was.seek_a),
    best = empty(was.best), heads = {} }
  if has(req.now) then
    ctx.now, ctx.virtual = tonumber(req.now), true
  else
    local t = redis.call('TIME')
    ctx.now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  end
  local base = redis.call('HMGET', ctx.records, 'epoch', 'v')
  ctx.epoch = tonumber(base[1] or nil)
  kept = KEPT[p]
  local known = kept and not kept.torn and kept.v == base[2]
  if known or not ctx.epoch then
    if not known then kept = blank({}) end
  else -- broken off, or written elsewhere
    local raw = redis.call('GET', key('cfg'))
    kept = blank(raw and cjson.decode(raw) or {})
    if not reads_only then
      remember_workspace(p)
      ctx.cfg = kept.cfg
      kept.torn = true
      recall()
      kept.torn, kept.v = nil, base[2]
    end
  end
  ctx.cfg = kept.cfg
  return req
end

local function forget(id)
  kept.young[id], kept.old[id], kept.last[id], kept.before_last[id], kept.armed[id] = nil, nil, nil, nil, nil
end

-- What this step read or wrote is known to the next one.
local function remember(put, drop)
  kept.steps = kept.steps + 1
  if #put > 0 or #drop > 0 then
    -- Named after this memory: a primary that lost steps and came back never takes it for its own.
    if not kept.name then kept.name = table.concat(redis.call('TIME'), '.') end
    kept.v = kept.name .. ':' .. kept.steps
    put[#put + 1], put[#put + 2] = 'v', kept.v
  end
  for id, c in pairs(ctx.contacts) do
    if not c then -- there is none
    elseif c.state == State.ENDED then forget(id)
    elseif c.state == State.QUEUED and lane_of(c) then
      kept.young[id], kept.old[id] = nil, nil
      if not kept.last[id] then
        kept.last[id], kept.lasts = c, kept.lasts + 1
      end
    elseif not kept.young[id] then
      kept.young[id], kept.many = c, kept.many + 1
      kept.last[id], kept.before_last[id] = nil, nil
    end
  end
  if kept.many > KEEP then kept.old, kept.young, kept.many = kept.young, {}, 0 end
  if kept.lasts > KEEP_QUEUED then kept.before_last, kept.last, kept.lasts = kept.last, {}, 0 end
end

local flush_lanes

local function joined(list) return list[2] and table.concat(list, ',') or list[1] or '' end

local function commit(reply, op)
  local put, drop, put_c, put_a, raws = {}, {}, {}, {}, {}
  for id in pairs(ctx.kept) do
    if not ctx.dirty_c[id] then put[#put + 1], put[#put + 2] = 'c:' .. id, cjson.encode(ctx.contacts[id]) end
  end
  for id in pairs(ctx.dirty_c) do
    local c = ctx.contacts[id]
    local raw = cjson.encode(c)
    raws[id], put_c[#put_c + 1] = raw, raw
    if c.state == State.ENDED then
      if not ctx.made[id] then drop[#drop + 1] = 'c:' .. id end
    else put[#put + 1], put[#put + 2] = 'c:' .. id, raw end
  end
  for id in pairs(ctx.dirty_a) do
    local a = kept.agents[id]
    local raw = cjson.encode(a)
    -- An empty table has no kind of its own; this one is a list.
    if not a.contacts[1] then raw = string.gsub(raw, '"contacts":{}', '"contacts":[]') end
    if ctx.made[id] then redis.call('SADD', key('agents'), id) end
    put[#put + 1], put[#put + 2] = 'a:' .. id, raw
    put_a[#put_a + 1] = raw
  end
  if ctx.fenced then put[#put + 1], put[#put + 2] = 'fence', kept.fence end
  remember(put, drop)
  if #drop > 0 then
    for i = 1, #drop, 4000 do redis.call('HDEL', ctx.records, unpack(drop, i, math.min(i + 3999, #drop))) end
  end
  for i = 1, #put, 4000 do redis.call('HSET', ctx.records, unpack(put, i, math.min(i + 3999, #put))) end
  flush_lanes()
  flush_deadlines()
  write_counts()
  reply = reply or {}
  reply.now = ctx.now
  local c = reply.contact
  local id = type(c) == 'table' and raws[c.id] and c.id or nil
  if id then reply.contact = nil end -- it is written already
  local answer = cjson.encode(reply)
  if #put_c > 0 or #put_a > 0 or #ctx.out > 0 then
    local body = '{"at":' .. string.format('%d', ctx.now) .. ',"epoch":' .. ctx.epoch ..
      ',"events":' .. (#ctx.out > 0 and cjson.encode(ctx.out) or '[]') ..
      ',"contacts":[' .. joined(put_c) .. '],"agents":[' .. joined(put_a) .. ']' ..
      (ctx.counted and ',"today":' .. cjson.encode(ctx.counted) or '') ..
      (ctx.reserve and ',"reserve":' .. ctx.reserve or '') .. (ctx.audit and ',"audit":' .. cjson.encode(ctx.audit) or '') .. (ctx.effects and ',"effects":true}' or '}')
    local k = key('events')
    if op then kept.ops[op] = redis.call('XADD', k, '*', 'e', body, 'o', op, 'r', answer, 'c', id or '')
    else redis.call('XADD', k, '*', 'e', body) end
    if kept.steps % 100 == 0 then redis.call('XTRIM', k, 'MAXLEN', '~', '200000') end
  end
  kept.torn = nil
  if not id then return answer end
  return string.sub(answer, 1, -2) .. ',"contact":' .. raws[id] .. '}'
end

-- Operations of the last seconds, by the entry of the stream that tells them: a reply that was lost
-- is asked for again within ~12 s (tries x time-outs of engine.py). Two halves, dropped in turn. After
-- a loss of memory they are read back from the stream, not more than so many: a step may not take long.
local replied
do

local OP_MS, OPS_READ = 15000, '5000'

local function known_ops()
  if not kept.ops then
    kept.ops, kept.ops_old, kept.ops_from = {}, {}, ctx.now
    local t = redis.call('TIME')
    local since = string.format('%.0f', tonumber(t[1]) * 1000 - OP_MS)
    for _, entry in ipairs(redis.call('XREVRANGE', key('events'), '+', since, 'COUNT', OPS_READ)) do
      if entry[2][3] == 'o' then kept.ops[entry[2][4]] = entry[1] end
    end
  elseif ctx.now - kept.ops_from > OP_MS then
    kept.ops, kept.ops_old, kept.ops_from = {}, kept.ops, ctx.now
  end
end

-- The reply that this operation had; nil when it is new (or changed nothing: then it may be done again).
replied = function(op)
  known_ops()
  local entry = kept.ops[op] or kept.ops_old[op]
  local found = entry and redis.call('XRANGE', key('events'), entry, entry)[1]
  if not found then return nil end
  local body, answer, id = found[2][2], found[2][6], found[2][8]
  if id == '' then return answer end
  for _, c in ipairs(cjson.decode(body).contacts) do
    if c.id == id then return string.sub(answer, 1, -2) .. ',"contact":' .. cjson.encode(c) .. '}' end
  end
end

end

-- A mutation: refused while the index is lost; the same operation twice gives the first reply.
local function mutation(name, body)
  redis.register_function('hf_' .. name, function(keys, argv)
    local req = begin(keys, argv)
    if not ctx.epoch then return redis.error_reply('NOEPOCH the live index is lost; a rebuild is due') end
    local op = has(req.op) and req.op or nil
    local before = op and replied(op)
    if before then return before end
    kept.torn = true
    local answer = body(req)
    -- By whose word: told with what it changed, and not where nothing came of it.
    local done = not answer or answer.ok ~= false
    if has(req.audit) and done and (next(ctx.dirty_c) or next(ctx.dirty_a) or #ctx.out > 0) then ctx.audit = req.audit end
    match_all()
    return commit(answer, op)
  end)
end

local function no(code, text) return { ok = false, code = code, text = text } end
