-- Help: an agent in a hard call asks for somebody with one key. A supervisor on duty is told; when nobody
-- has it in time, all supervisors; then the numbers on call, by telephone (steps/telling.lua).
--
--   one -> all -> telephone      seen by one person, once: it goes no further
--
-- a.help, in the agent's record: router/core/help.py says what is in it, and whom it is told to first. It
-- always has a deadline: `due` (more are told), `ends`, or that of its telephone.

local has, key, num = values.has, values.key, values.num
local agent, contact, touch_agent = records.agent, records.contact, records.touch_agent
local fire = deadlines.fire
local mutation, no = entry.mutation, entry.no

local PREFIX = 'help-'

-- It is one of these, and no contact.
function help.is(it) return string.sub(it.id, 1, #PREFIX) == PREFIX end

-- The open request of that name; nil: it is over, or none of these.
function help.of(id)
  local who = string.match(id, '^help%-[%d.]+%-(.+)$')
  local a = who and agent(who)
  return a and has(a.help) and a.help.id == id and a.help or nil
end

function help.touch(h)
  local a = agent(h.agent)
  touch_agent(a)
  agent_timers.arm(a, 'help')
end

-- What happened to it, with all of it: the record keeps this, and its line in the audit comes from it.
local function event(name, h, extra)
  local told = extra or {}
  told.agent, told.help = h.agent, h
  if has(h.contact) then told.contact = h.contact end
  events.add(name, nil, told)
end
help.tell = event

function agent_timers.rules.help(a)
  local h = has(a.help) and a.help
  if not h then return nil end
  local due, ends = num(h.due), num(h.ends)
  return due and ends and math.min(due, ends) or due or ends
end

-- It is told by telephone, for nobody has it.
function help.rung(h) return h.stage == HelpStage.TELEPHONE and not has(h.seen) end

-- Boards ------------------------------------------------------------------------------------------------

-- Supervisors with a board, by account: the index has no record of whoever has no desk. A board says so
-- again and again.
-- takes: agent, name
mutation('board_here', function(req)
  local row = { name = req.name, ['until'] = ctx.now + ctx.cfg.agent_lease }
  redis.call('HSET', key('boards'), req.agent, cjson.encode(row))
  return { ok = true }
end)

-- takes: agent
mutation('board_gone', function(req)
  redis.call('HDEL', key('boards'), req.agent)
  return { ok = true }
end)

-- Who is on duty besides this agent: by id, their name.
local function on_duty(but)
  local there = {}
  local rows = redis.call('HGETALL', key('boards'))
  for i = 1, #rows, 2 do
    local row = cjson.decode(rows[i + 1])
    if row['until'] <= ctx.now then redis.call('HDEL', key('boards'), rows[i])
    elseif rows[i] ~= but.id then there[rows[i]] = row.name end
  end
  for id, a in pairs(ctx.kept.agents) do
    local works = a.supervisor == true and a.presence == 'online' and (a.choice.ready or a.at_hand == true)
    if works and id ~= but.id then there[id] = steering.name_of(a) end
  end
  return there
end

-- How many open requests each was told first.
local function helps()
  local many = {}
  for _, a in pairs(ctx.kept.agents) do
    local first = has(a.help) and has(a.help.told) and a.help.told.agent
    if first then many[first] = (many[first] or 0) + 1 end
  end
  return many
end

local function in_call(id)
  local a = agent(id)
  local load = a and agents.load_of(a)
  return load and (load.voice or load.wrap) and 1 or 0
end

-- The rule of router/core/help.py, `first`.
local function first(a, lead)
  local there, many, best = on_duty(a), helps(), nil
  if has(lead) and there[lead] then return { agent = lead, name = there[lead] } end
  for id, name in pairs(there) do
    local one = { agent = id, name = name, many = many[id] or 0, busy = in_call(id) }
    local less = not best or one.many < best.many
    if best and one.many == best.many then
      less = one.busy < best.busy or one.busy == best.busy and id < best.agent
    end
    if less then best = one end
  end
  return best and { agent = best.agent, name = best.name }
end

-- Steps -------------------------------------------------------------------------------------------------

-- What they have in hand: their call, else a wrap-up, else the worst of their texts and mails.
local function in_hand(a)
  local found
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    local kind = c and (c.channel ~= 'voice' and 2 or c.state == State.WRAPUP and 1 or 0)
    local rank = c and kind * 10 + c.severity
    if rank and (not found or rank < found.rank) then found = { c = c, rank = rank } end
  end
  return found and found.c or has(a.handed) and contact(a.handed) or nil
end

local function by_telephone(h)
  h.stage, h.due = HelpStage.TELEPHONE, nil
  telling.settle(h)
end

local function close(h, why, by)
  local a = agent(h.agent)
  telling.stop(h)
  h['end'], h.due, h.ends = why, nil, nil
  event('help.ended', h, { by = by, why = why })
  a.help = nil
  agent_timers.arm(a, 'help')
  touch_agent(a)
end

-- The key again: while nobody has it, it is the same request, unless another contact is in hand by now. Else
-- the earlier one ends and it is asked anew, as wide as it was if nobody had it. lead: the account of the
-- agent's lead.
-- takes: agent, lead
-- refuses: not_ready
-- tells: help.asked
mutation('help_ask', function(req)
  local a = agent(req.agent)
  if not a or a.presence ~= 'online' then return no('not_ready', 'your_desk') end
  local c, before = in_hand(a), has(a.help) and a.help
  local unseen = before and not has(before.seen) and before
  if unseen and not (c and c.id ~= unseen.contact) then
    ctx.no_act = true
    return { ok = true, help = unseen }
  end
  if before then close(before, HelpEnd.ASKED_AGAIN, a.id) end
  local told = first(a, req.lead)
  local h = { id = PREFIX .. memory.next_fence() .. '-' .. a.id, agent = a.id, name = steering.name_of(a),
    at = ctx.now, stage = unseen and unseen.stage or HelpStage.ONE, told = told,
    due = unseen and num(unseen.due) or ctx.now + ctx.cfg.help_all_after }
  if c then
    h.contact, h.channel, h.severity, h.line = c.id, c.channel, c.severity, c.line
    h.incident, h.incident_no = c.incident, c.incident_no
  end
  a.help = h
  if not told or h.stage == HelpStage.TELEPHONE then by_telephone(h) end
  help.touch(h)
  event('help.asked', h, { by = a.id })
  return { ok = true, help = h }
end)

-- by: an account, or on_call:NAME; how: what they did by which it is seen.
function help.see(h, by, name, how)
  h.seen = { by = by, name = name, at = ctx.now, how = how }
  h.due, h.ends = nil, ctx.now + ctx.cfg.help_lasts
  if how ~= 'telephone' then telling.stop(h) end
  help.touch(h)
  event('help.seen', h, { by = by })
end

-- A supervisor is on it. Whoever is second hears who has it.
-- takes: by, help, name
-- refuses: taken, too_late
mutation('help_see', function(req)
  local h = help.of(req.help)
  if not h then return no('too_late', 'help_over') end
  if h.agent == req.by then return no('too_late', 'help_yours') end
  if has(h.seen) then
    if h.seen.by ~= req.by then return no('taken', 'help_seen_by', h.seen.name) end
    ctx.no_act = true
  else help.see(h, req.by, req.name, 'said') end
  return { ok = true, help = h }
end)

-- It is not needed any more, says whoever asked.
-- takes: agent, help
-- refuses: not_yours, too_late
mutation('help_take_back', function(req)
  local h = help.of(req.help)
  if not h then return no('too_late', 'help_over') end
  if h.agent ~= req.agent then return no('not_yours', 'help_not_yours') end
  close(h, HelpEnd.TAKEN_BACK, req.agent)
  return { ok = true }
end)

-- Nothing more is to be done, says a supervisor.
-- takes: by, help, name
-- refuses: too_late
mutation('help_close', function(req)
  local h = help.of(req.help)
  if not h then return no('too_late', 'help_over') end
  h.closed_by = req.name
  close(h, HelpEnd.DONE, req.by)
  return { ok = true }
end)

-- Nobody had it in time.
function fire.help(id)
  local a = agent(id)
  local h = a and has(a.help) and a.help
  if not h then return end
  if has(h.ends) and h.ends <= ctx.now then return close(h, has(h.seen) and HelpEnd.OVER or HelpEnd.LEFT) end
  if has(h.due) and h.due <= ctx.now then
    if h.stage == HelpStage.ONE then
      h.stage = HelpStage.ALL
      h.due = math.max(h.at + ctx.cfg.help_telephone_after, ctx.now)
    else by_telephone(h) end
    event('help.widened', h, { why = h.stage })
  end
  help.touch(h)
end

-- The list is through and begins again: so does the alarm.
function help.begins_again(h)
  h.again = ctx.now
  help.touch(h)
  event('help.repeated', h)
end

-- Moments -----------------------------------------------------------------------------------------------

-- A supervisor who sits down in their call, or takes it, is on it.
local function there(c, by, how)
  local a = agent(c.agent)
  local h = a and has(a.help) and a.help
  if h and not has(h.seen) and by.id ~= a.id then help.see(h, by.id, steering.name_of(by), how) end
end

moments.sat_beside.at(function(c, by) there(c, by, 'listened') end)
moments.takes_call.at(function(c, by) there(c, by, 'took_call') end)

moments.signed_out.at(function(a)
  if has(a.help) then close(a.help, HelpEnd.SIGNED_OUT, a.id) end
end)

-- Their desk is gone: somebody still ought to know, for a while.
local function left(h)
  h.left = ctx.now
  if not has(h.seen) then h.ends = ctx.now + ctx.cfg.help_lasts end
end

-- Lost for good, perhaps in the middle of a call.
moments.desk_left.at(function(a)
  if not has(a.help) then return end
  left(a.help)
  touch_agent(a)
end)

moments.back.at(function(a)
  local h = has(a.help) and a.help
  if not h or not has(h.left) then return end
  h.left = nil
  if not has(h.seen) then h.ends = nil end
  help.touch(h)
end)

-- In a rebuilt index it goes on where the record saw it; of who has no desk there, for a while.
function help.go_on(a)
  local h = has(a.help) and values.bare(a.help)
  if not h then return end
  if a.presence == 'offline' then
    left(h)
    agent_timers.arm(a, 'help')
  end
  if not has(h.telling) then telling.settle(h) else telling.go_on(h) end
end

moments.check_agent.at(function(a, wrong)
  local h = has(a.help) and a.help
  if not h then return end
  local tells = has(h.telling) and has(h.telling['until'])
  if help.rung(h) and not tells then
    wrong('no_deadline')
    telling.settle(h)
  elseif tells and not redis.call('ZSCORE', key('deadlines'), 'told|' .. h.id) then
    wrong('no_deadline')
    deadlines.arm('told', h.id, h.telling['until'])
  end
end)
