-- Entry: how every step begins, is announced once, and is written.

local has, key = values.has, values.key

-- The collector's own pace suits small heaps: with the records of thousands of agents it took most of a step.
-- So it pauses until the heap has grown well beyond that, then does a little in each step.
local HEAP_KB, BIT = 32 * 1024, 10
local heap_limit = HEAP_KB

local function collect()
  if collectgarbage('count') > heap_limit and collectgarbage('step', BIT) then
    heap_limit = math.max(HEAP_KB, 2.5 * collectgarbage('count'))
  end
  collectgarbage('stop')
end

-- The running step's data (ctx) by name: what it has read and changed. A table that the last step left empty
-- is reused by the next; everything else is unknown when a step begins.
local TABLES = { contacts = true, dirty_c = true, dirty_a = true, quiet = true, out = true, made = true,
  due = true, lanes = true, seek_c = true, seek_a = true, best = true, stirred = true }

local function clear()
  for name in pairs(ctx) do
    if not TABLES[name] then ctx[name] = nil end
  end
  for name in pairs(TABLES) do
    local was = ctx[name]
    if not was or next(was) ~= nil then ctx[name] = {} end
  end
  ctx.heads = {}
end

function entry.begin(keys, argv, reads_only)
  values.wake()
  collect()
  local req = cjson.decode(argv[1])
  local p = keys[1]
  clear()
  ctx.p, ctx.records = p, p .. ':records'
  if has(req.now) then
    ctx.now, ctx.virtual = tonumber(req.now), true
  else
    local t = redis.call('TIME')
    ctx.now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  end
  local base = redis.call('HMGET', ctx.records, 'epoch', 'v')
  ctx.epoch = tonumber(base[1] or nil)
  local kept = memory.of(p)
  local known = kept and not kept.torn and kept.v == base[2]
  if known or not ctx.epoch then
    ctx.kept = known and kept or memory.blank({})
  else -- broken off, or written elsewhere
    local raw = redis.call('GET', key('cfg'))
    ctx.kept = memory.blank(raw and cjson.decode(raw) or {})
    if not reads_only then
      memory.keep(p)
      ctx.cfg = ctx.kept.cfg
      ctx.kept.torn = true
      recall.read()
      ctx.kept.torn, ctx.kept.v = nil, base[2]
    end
  end
  ctx.cfg = ctx.kept.cfg
  return req
end

local function joined(list) return list[2] and table.concat(list, ',') or list[1] or '' end

function entry.commit(reply, op)
  local kept = ctx.kept
  local put, drop, put_c, put_a, raws = {}, {}, {}, {}, {}
  for id in pairs(ctx.quiet) do
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
  memory.remember(put, #put > 0 or #drop > 0)
  if #drop > 0 then
    for i = 1, #drop, 4000 do redis.call('HDEL', ctx.records, unpack(drop, i, math.min(i + 3999, #drop))) end
  end
  for i = 1, #put, 4000 do redis.call('HSET', ctx.records, unpack(put, i, math.min(i + 3999, #put))) end
  waiting.flush_lanes()
  deadlines.flush()
  events.write_counts()
  reply = reply or {}
  reply.now = ctx.now
  local c = reply.contact
  local id = type(c) == 'table' and raws[c.id] and c.id or nil
  if id then reply.contact = nil end -- it has already been written
  local answer = cjson.encode(reply)
  if #put_c > 0 or #put_a > 0 or #ctx.out > 0 then
    local body = '{"at":' .. string.format('%d', ctx.now) .. ',"epoch":' .. ctx.epoch ..
      ',"events":' .. (#ctx.out > 0 and cjson.encode(ctx.out) or '[]') ..
      ',"contacts":[' .. joined(put_c) .. '],"agents":[' .. joined(put_a) .. ']' ..
      (ctx.counted and ',"today":' .. cjson.encode(ctx.counted) or '') ..
      (ctx.reserve and ',"reserve":' .. ctx.reserve or '') ..
      (ctx.audit and ',"audit":' .. cjson.encode(ctx.audit) or '') ..
      (ctx.effects and ',"effects":true}' or '}')
    local k = key('events')
    if op then kept.ops[op] = redis.call('XADD', k, '*', 'e', body, 'o', op, 'r', answer, 'c', id or '')
    else redis.call('XADD', k, '*', 'e', body) end
    if kept.steps % 100 == 0 then redis.call('XTRIM', k, 'MAXLEN', '~', '200000') end
  end
  kept.torn = nil
  if not id then return answer end
  return string.sub(answer, 1, -2) .. ',"contact":' .. raws[id] .. '}'
end

-- Operations of the last seconds, by the stream entry that reports them: a caller whose reply was lost asks
-- again within ~12 s (tries x time-outs of engine.py). They are kept in two halves, dropped in turn. After a
-- loss of memory they are read back from the stream, at most this many: a step may not take long.
local OP_MS, OPS_READ = 15000, '5000'

local function known_ops()
  local kept = ctx.kept
  if not kept.ops then
    kept.ops, kept.ops_old, kept.ops_from = {}, {}, ctx.now
    local t = redis.call('TIME')
    local since = string.format('%.0f', tonumber(t[1]) * 1000 - OP_MS)
    for _, one in ipairs(redis.call('XREVRANGE', key('events'), '+', since, 'COUNT', OPS_READ)) do
      if one[2][3] == 'o' then kept.ops[one[2][4]] = one[1] end
    end
  elseif ctx.now - kept.ops_from > OP_MS then
    kept.ops, kept.ops_old, kept.ops_from = {}, kept.ops, ctx.now
  end
end

-- The reply that this operation got; nil if it is new (or changed nothing: then it may be done again).
local function replied(op)
  known_ops()
  local at = ctx.kept.ops[op] or ctx.kept.ops_old[op]
  local found = at and redis.call('XRANGE', key('events'), at, at)[1]
  if not found then return nil end
  local body, answer, id = found[2][2], found[2][6], found[2][8]
  if id == '' then return answer end
  for _, c in ipairs(cjson.decode(body).contacts) do
    if c.id == id then return string.sub(answer, 1, -2) .. ',"contact":' .. cjson.encode(c) .. '}' end
  end
end

-- A mutation: refused while the index is lost; the same operation sent again gets the first reply.
function entry.mutation(name, body)
  redis.register_function('hf_' .. name, function(keys, argv)
    local req = entry.begin(keys, argv)
    if not ctx.epoch then return redis.error_reply('NOEPOCH') end
    local op = has(req.op) and req.op or nil
    local before = op and replied(op)
    if before then return before end
    ctx.kept.torn = true
    local answer = body(req)
    -- On whose behalf: announced with what it changed, and not at all if nothing came of it.
    local done = not answer or answer.ok ~= false
    local changed = next(ctx.dirty_c) or next(ctx.dirty_a) or #ctx.out > 0
    if has(req.audit) and done and changed and not ctx.no_act then ctx.audit = req.audit end
    match.all()
    return entry.commit(answer, op)
  end)
end

-- A step that is refused. code: what programs check; why: which words a person gets, about whom and for what
-- cause (router/core/refusals.py).
function entry.no(code, why, who, cause)
  return { ok = false, code = code, why = why, who = who, cause = cause }
end
