-- Standing: a promised call that nobody has begun waits outside the order while its party is with us: a call
-- of theirs is dialled, connects, talks or is in its wrap-up here, or talks with a number outside, or a text
-- of theirs moved a moment ago.
--
-- ctx.kept.promises: the promised calls that nobody has reached yet, by party; `promises` in the store names
-- them. What changes a contact of such a party stirs it (records.touch); before a step matches, all that was
-- stirred is looked at. A promised call knows since when it has stood for which contact (`theirs`; 0: not
-- yet, it waits for its own moment or is dialled).

local has, key, num = values.has, values.key, values.num
local agent, contact = records.agent, records.contact
local event = events.add
local is_text = agents.is_text

local function member(c) return c.party .. ' ' .. c.id end

local function of(party)
  local promises = ctx.kept.promises
  if not promises[party] then promises[party] = {} end
  return promises[party]
end

-- A promised call whose party we have not reached.
local function awaits(c) return has(c.callback) and has(c.party) and offers.uncalled(c) end

-- From now on what happens to its party concerns it. ids: contacts of theirs that may be with us.
function standing.add(c, ids)
  if not awaits(c) then return end
  of(c.party)[c.id] = true
  redis.call('SADD', key('promises'), member(c))
  records.touch(c)
  for _, id in ipairs(ids or {}) do
    if contact(id) then ctx.stirred[id] = true end
  end
end

-- It was reached, or is over.
function standing.drop(c)
  local known = has(c.callback) and has(c.party) and ctx.kept.promises[c.party]
  if not known or not known[c.id] then return end
  known[c.id] = nil
  if not next(known) then ctx.kept.promises[c.party] = nil end
  redis.call('SREM', key('promises'), member(c))
end

-- After a loss of memory: as the store has them.
function standing.read()
  for _, name in ipairs(redis.call('SMEMBERS', key('promises'))) do
    local party, id = string.match(name, '^(%S+) (.+)$')
    of(party)[id] = true
  end
end

local function moved_at(x)
  return math.max(num(x.moved_at, num(x.rang_at, x.arrived_at)), num(x.replied_at, 0))
end

-- Until when they are with us by this contact, if nothing happens; nil if they are not.
local function with_us(x)
  if STATES[x.state].final then return nil end
  if not is_text(x) then
    return (STATES[x.state].in_hands or x.state == State.AWAY) and math.huge or nil
  end
  local still = moved_at(x) + ctx.cfg.stand_text
  return still > ctx.now and still or nil
end

-- Of these contacts of a party, another than this one, the call by which they are on a line with us or with a
-- number outside, or are being called; nil: they can be called.
function standing.call_of(ids, but)
  for _, id in ipairs(ids or {}) do
    local x = id ~= but and contact(id)
    if x and not is_text(x) and not STATES[x.state].over
      and (x.state == State.DIALING or not offers.uncalled(x)) then return x end
  end
end

local function limit_of(c) return c.severity == 1 and ctx.cfg.stand_s1 or ctx.cfg.stand end

-- The contact for which it stands longest, and until when; nil if for none.
local function longest(c, since_of)
  local best, till
  for _, id in ipairs(waiting.ids_of(c.theirs)) do
    local x = contact(id)
    local still = x and with_us(x)
    local ends = still and math.min(still, since_of(id) + limit_of(c))
    if ends and ends > ctx.now and (not till or ends > till) then best, till = x, ends end
  end
  return best, till
end

-- A contact of its party that is with us: it may have to stand for it.
local function note(c, x)
  if has(c.theirs) and c.theirs[x.id] or not with_us(x) then return end
  if not has(c.theirs) then c.theirs = {} end
  c.theirs[x.id] = 0
  records.touch(c)
end

-- Its own moment has come: it has begun to stand for whoever is with us.
local function begin(c)
  for _, id in ipairs(waiting.ids_of(c.theirs)) do
    local x = contact(id)
    if not x or STATES[x.state].final then c.theirs[id] = nil
    elseif c.theirs[id] == 0 and with_us(x) then
      c.theirs[id] = ctx.now
      records.touch(c)
    end
  end
  if has(c.theirs) and not next(c.theirs) then c.theirs = nil end
end

-- It stands no more, and the time for which it stood does not count against its target.
local function stood(c)
  if not has(c.held_from) then return end
  local from = num(c.due_from, c.arrived_at)
  local ms = math.max(0, ctx.now - math.max(c.held_from, from))
  c.due_from, c.held_from = from + ms, nil
  if has(c.answer_by) then c.answer_by = c.answer_by + ms end
  records.touch(c)
end

-- Out of the order. The next wait starts over: nobody is out, and only the cooling goes on.
local function leave(c, ms)
  offers.withdraw(c, 'stands')
  waiting.unwait(c)
  waiting.unname(c)
  c.sticky_for, c.reason = nil, nil
  life.in_hand(c)
  states.enter(c, State.SCHEDULED, ms)
end

local function stand(c, x, till)
  local why = is_text(x) and 'text' or 'call'
  local was, at = has(c.stands) and c.stands or {}, is_text(x) and moved_at(x) or nil
  local same = was.contact == x.id and was.agent == x.agent and was.at == at
  if has(x.agent) then c.named = x.agent end
  if c.state ~= State.SCHEDULED then leave(c, till - ctx.now)
  elseif c['until'] ~= till then states.lasts(c, till - ctx.now)
  elseif same then return end
  c.held_from = num(c.held_from, ctx.now)
  c.stands = { contact = x.id, why = why, agent = has(x.agent) and x.agent or nil, at = at }
  records.touch(c)
  if was.contact ~= x.id then event('contact.stands', c, { agent = c.stands.agent, why = why }) end
end

-- Back at its place, or there for the first time.
local function go_on(c)
  c.stands = nil
  stood(c)
  records.touch(c)
  if has(c.queued_at) then offers.requeue(c, 'stood', true) else life.queue_now(c) end
end

-- Whether it has to stand, and until when. due: its deadline fires; until then it stays where it is.
function standing.look(c, due)
  if not STATES[c.state].not_made then
    c.stands = nil -- somebody dials
    stood(c)
    return
  end
  if num(c.not_before, 0) > ctx.now then return end
  if not due and c.state == State.SCHEDULED and num(c['until'], 0) <= ctx.now then return end
  begin(c)
  local x, till = longest(c, function(id) return c.theirs[id] end)
  if x then stand(c, x, till)
  elseif c.state == State.SCHEDULED then go_on(c) end
end

-- An S1 waits for no opening: what somebody left at the voicemail goes on at once.
function standing.opens(c)
  local left = has(c.callback) and c.callback.by == 'voicemail'
  if not left or c.state ~= State.SCHEDULED or num(c.not_before, 0) <= ctx.now then return end
  c.not_before = ctx.now
  standing.look(c, true)
end

-- Before a step matches: every promised call to whom something happened to their party.
function standing.settle()
  while next(ctx.stirred) do
    local stirred = waiting.ids_of(ctx.stirred)
    ctx.stirred = {}
    for _, id in ipairs(stirred) do
      local x = contact(id)
      for _, one in ipairs(x and waiting.ids_of(ctx.kept.promises[x.party]) or {}) do
        local c = contact(one)
        if c and awaits(c) then
          if c ~= x then note(c, x) end
          standing.look(c)
        end
      end
    end
  end
end

-- A call of theirs is with us, so their line is busy with us.
function standing.on_line(c)
  for _, id in ipairs(waiting.ids_of(c.theirs)) do
    local x = contact(id)
    if x and not is_text(x) and with_us(x) then return true end
  end
  return false
end

-- For the sweeper: somebody is with us by this contact, and a promised call to them has not heard of it.
function standing.unseen(x)
  for _, id in ipairs(waiting.ids_of(ctx.kept.promises[x.party])) do
    local c = contact(id)
    local knows = not c or c == x or has(c.theirs) and c.theirs[x.id]
    if not knows and awaits(c) and with_us(x) then return true end
  end
  return false
end

-- For the sweeper: it is known, and stands exactly if somebody is with us.
function standing.sound(c)
  if not awaits(c) then return true end
  local known = ctx.kept.promises[c.party]
  if not known or not known[c.id] then return false end
  if not STATES[c.state].not_made or num(c.not_before, 0) > ctx.now then return true end
  if c.state == State.SCHEDULED and num(c['until'], 0) <= ctx.now then return true end -- its deadline comes
  local x = longest(c, function(id) return c.theirs[id] > 0 and c.theirs[id] or ctx.now end)
  return (x ~= nil) == (c.state == State.SCHEDULED)
end
