-- Agents: what each has in hand, what they may take and at what cost, and the pools they are in.

local has, num = values.has, values.num
local contact, touch_agent = records.contact, records.touch_agent
local tier = ladder.tier

local function is_text(c) return c.channel ~= 'voice' end
agents.is_text = is_text

function agents.satisfies(skills, needs)
  for name, level in pairs(needs) do
    if num(skills[name], 0) < level then return false end
  end
  return true
end

local function signature(needs)
  local names = {}
  for name in pairs(needs) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. '=' .. needs[name] end
  return table.concat(names, ',')
end

-- Everything about an agent that does not change from call to call, as one string.
function agents.sign(skills, floor, ceiling)
  local low = num(floor, 0) > 0 and '~' .. floor or ''
  return signature(skills) .. low .. (has(ceiling) and '!' .. ceiling or '')
end

-- Training and shift: which tiers they may be offered.
function agents.in_tiers(c, of)
  return tier(c) >= num(of.floor, 0) and tier(c) <= num(of.ceiling, 2)
end

-- Parked and frozen work takes no capacity. since: of a call that is not among their contacts, since when
-- they are in it.
function agents.load_of(a)
  local load = { used = 0, sms = 0, email = 0, texts = 0, least = 3 }
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and STATES[c.state].in_hands and not has(c.frozen_ms) then
      load.used = load.used + num(c.units, 0)
      if is_text(c) then
        load[c.channel], load.texts = load[c.channel] + 1, load.texts + 1
        load.least = math.min(load.least, tier(c))
      elseif c.state == State.WRAPUP then load.wrap = c
      else load.voice = c end
    end
  end
  moments.load.come(a, load)
  return load
end

-- How many more texts or mails fit beside the work in hand.
function agents.room(load, channel)
  if load.voice or load.wrap then return 0 end
  local most = ctx.cfg['max_' .. channel] - load[channel]
  return math.max(0, math.min(most, math.floor((100 - load.used) / ctx.cfg['units_' .. channel])))
end

-- An S1 text in hand: nothing of S3 or S4 is put beside it.
local function guarded(load) return load.texts > 0 and load.least == 0 end
agents.guarded = guarded

-- Whether an offer of `other` that rings may be taken away for this one: any for a worse call, and for an S1
-- caller (not a promised call: nobody is on its line) also that of an S1 text; that of a text for an S1 text.
local function gives_way(other, c)
  if not other or not has(other.offer) then return false end
  if is_text(c) then return tier(c) == 0 and tier(other) > 0 and is_text(other) end
  return tier(other) > tier(c) or tier(c) == 0 and is_text(other) and not offers.uncalled(c)
end

function agents.on_duty(a) return a.choice.ready and a.presence == 'online' end

-- How many on duty meet these needs, without one of them and those who answer nothing any more.
function agents.there(needs, but)
  local n = 0
  for _, profile in pairs(ctx.kept.profiles) do
    if agents.satisfies(profile.skills, needs) then n = n + agents.present(profile) end
  end
  local at = ctx.kept.at[but.id]
  return n - (agents.on_duty(but) and not at.absent and 1 or 0)
end

-- Whether anybody on duty who meets these needs may be offered this tier.
function agents.there_in(needs, t)
  for _, profile in pairs(ctx.kept.profiles) do
    if t >= profile.floor and t <= profile.ceiling and agents.satisfies(profile.skills, needs)
      and agents.present(profile) > 0 then return true end
  end
  return false
end

-- How many agents of a profile are on duty and answer.
function agents.present(profile)
  local n = -profile.absent
  for cause, many in pairs(profile.causes) do
    if cause ~= 'lost' and cause ~= 'paused' then n = n + many end
  end
  return n
end

-- Paused at a desk: connected, with sound, without a call or a wrap-up, for a reason that lets an S1 ring.
function agents.paused_at_desk(a, load)
  if a.choice.ready or a.presence ~= 'online' or a.media ~= 'up' then return false end
  if load.voice or load.wrap then return false end
  for _, reason in ipairs(ctx.cfg.quiet or {}) do
    if a.choice.reason == reason then return false end
  end
  return true
end

-- A supervisor with sound and nothing in hand who has not been paused since they signed in.
function agents.standing_by(a)
  return a.supervisor == true and a.at_hand == true and a.presence == 'online' and a.media == 'up'
    and not a.choice.ready and #a.contacts == 0 and not has(a.consult) and not has(a.handed_until)
end

-- Who is not ready and may be rung all the same, in a step that lets others in: 5, a supervisor who stands
-- by; 6, whoever else is paused at a desk, for an S1 only. nil: none. (Pools are named after these, and the
-- agent's record says it as `lets_in`, for explanations.)
local function beside(a, load)
  if agents.standing_by(a) then return 5 end
  return agents.paused_at_desk(a, load) and 6 or nil
end

local function let_in(c, a, load)
  local kind = beside(a, load)
  if tier(c) > 0 then return kind == 5 end
  return kind ~= nil and not waiting.given_up(c, a.id)
end

-- The rule for one pair, without sticky agents, exclusion and reserve: cost and displaces; or nil and the
-- cause. by_name: a person gives it to them.
function agents.may(c, a, by_name)
  local step = ladder.step(c)
  if a.presence ~= 'online' then return nil, 'lost' end
  if not listed.names(c, a.id) then
    if has(c.only) and (by_name or not listed.opens(c)) then return nil, 'restricted' end
    if not agents.satisfies(a.skills, step.needs) then return nil, 'skills' end
  end
  if tier(c) < num(a.floor, 0) then return nil, 'training' end
  if tier(c) > num(a.ceiling, 2) then return nil, 'shift' end
  local extra, load = not a.choice.ready, agents.load_of(a)
  if extra and not (step.supervisors and let_in(c, a, load)) then return nil, 'paused' end
  if has(a.testing) then return nil, 'self_test' end
  local voice = not is_text(c)
  if voice and a.media ~= 'up' then return nil, 'no_sound' end
  local displaces = 0
  if has(a.offer) then
    local other = contact(a.offer.contact)
    if not gives_way(other, c) then return nil, 'ringing' end
    displaces = 1
  end
  if load.voice then return nil, 'on_call' end
  if load.wrap then
    if voice and tier(c) == 0 and not has(a.frozen) then return 4, displaces end
    return nil, 'wrapup'
  end
  if extra and (voice or agents.room(load, c.channel) > 0) then return 5, displaces end
  if load.texts == 0 then return 0, displaces end
  if not voice then
    if guarded(load) and c.severity > 2 and not by_name then return nil, 's1_text' end
    if agents.room(load, c.channel) > 0 then return 1, displaces end
    return nil, 'full'
  end
  if tier(c) > 0 and load.least <= tier(c) then return nil, 'texts' end
  return load.sms > 0 and 3 or 2, displaces
end

-- Pools: v<cost>[.<least tier in hand>][+<tier of the offer that rings>] for calls; t0, t1s, t1e, t5 for
-- texts and mails (with + an S1 only), t1s! and t1e! with an S1 text in hand; v6, t6s, t6e: paused at a desk,
-- for an S1 only.
function agents.pools_of(a, load)
  if a.presence ~= 'online' or has(a.testing) or load.voice then return '' end
  local kind = not a.choice.ready and beside(a, load)
  if kind == nil then return '' end
  local over, gives = '', true -- gives: an S1 text may be rung here
  if has(a.offer) then
    local other = contact(a.offer.contact)
    if not other or not has(other.offer) then return '' end
    if tier(other) == 0 and not is_text(other) then return '' end
    over, gives = '+' .. tier(other), is_text(other) and tier(other) > 0
  end
  local list = ''
  if a.media == 'up' then
    local base
    if kind then base = kind
    elseif load.wrap then base = not has(a.frozen) and '4' or nil
    elseif load.texts == 0 then base = '0'
    else base = (load.sms > 0 and '3.' or '2.') .. load.least end
    if base then list = 'v' .. base .. over end
  end
  if gives and not load.wrap then
    local mark = (not kind and guarded(load) and '!' or '') .. over
    local base = kind == 6 and ' t6' or ' t1'
    if kind == 5 then list = list .. ' t5' .. over
    elseif not kind and load.texts == 0 then list = list .. ' t0' .. over
    else
      if agents.room(load, 'sms') > 0 then list = list .. base .. 's' .. mark end
      if agents.room(load, 'email') > 0 then list = list .. base .. 'e' .. mark end
    end
  end
  return list
end

-- How many more contacts of each channel can be offered to them now without interrupting anything: pages show
-- this. nil if none.
local function room_of(a, load, spots)
  if not a.choice.ready then return nil end -- supervisors who stand by have their own steps
  local voice = string.find(spots, 'v0', 1, true) == 1 and not has(a.offer) and 1 or nil
  local texts = not has(a.offer) and string.find(spots, 't', 1, true)
  local sms, email = texts and agents.room(load, 'sms') or 0, texts and agents.room(load, 'email') or 0
  if not voice and sms == 0 and email == 0 then return nil end
  return { voice = voice, sms = sms > 0 and sms or nil, email = email > 0 and email or nil }
end

-- Lines: lists in memory, ordered by a number, then id. Removing an entry leaves a gap that readers skip
-- (`gone`); when there are many gaps, all are closed at once.
function agents.new_line() return { n = 0, gaps = 0, from = 1 } end

function agents.line_add(line, by, id)
  local one, at = { by = by, id = id }, #line + 1
  local last = line[at - 1]
  if last and (by < last.by or by == last.by and id < last.id) then
    local low, high = 1, at - 1 -- the first that comes after it
    while low < high do
      local mid = math.floor((low + high) / 2)
      local other = line[mid]
      if by < other.by or by == other.by and id < other.id then high = mid else low = mid + 1 end
    end
    table.insert(line, low, one)
    if low < line.from then line.from = low end
  else line[at] = one end
  line.n = line.n + 1
  return one
end

function agents.line_drop(line, one)
  one.gone = true
  line.n, line.gaps = line.n - 1, line.gaps + 1
  while line[line.from] and line[line.from].gone do line.from = line.from + 1 end
  if line.gaps > 32 and line.gaps > line.n then
    local to, many = 0, #line
    for i = line.from, many do
      local other = line[i]
      if not other.gone then
        to = to + 1
        line[to] = other
      end
    end
    for i = to + 1, many do line[i] = nil end
    line.gaps, line.from = 0, 1
  end
end

-- Profiles: agents with the same skills, floor and ceiling, their pools, and how many of them each cause
-- keeps from work.
local function profile_of(text)
  local kept = ctx.kept
  local found = kept.profiles[text]
  if not found then
    local skills, floor, ceiling = string.match(text, '^([^~!]*)~?(%d*)!?(%d*)$')
    found = { text = text, skills = ladder.parse_needs(skills), floor = tonumber(floor) or 0,
      ceiling = tonumber(ceiling) or 2, pools = {}, causes = {}, absent = 0 }
    kept.profiles[text], kept.profile_n = found, kept.profile_n + 1
  end
  return found
end

local SPOTS = {} -- 'v0 t0' -> { 'v0', 't0' }
local function spots_of(text)
  local list = SPOTS[text]
  if not list then
    list = {}
    for bucket in string.gmatch(text, '%S+') do list[#list + 1] = bucket end
    SPOTS[text] = list
  end
  return list
end

-- Channels on which somebody ready in these pools may take an S1.
local TAKES = {} -- 'v0 t0' -> { 'voice', 'sms', 'email' }
local BY_TEXT = { t0 = { 'sms', 'email' }, t1s = { 'sms' }, t1e = { 'email' } }
local function takes_s1(spots)
  local list = TAKES[spots]
  if not list then
    list = {}
    for _, bucket in ipairs(spots_of(spots)) do
      local base = string.sub(bucket, 1, 2)
      if base == 'v0' or base == 'v2' or base == 'v3' or base == 'v4' then list[#list + 1] = 'voice' end
      for _, channel in ipairs(BY_TEXT[string.match(bucket, '^%w+')] or {}) do list[#list + 1] = channel end
    end
    TAKES[spots] = list
  end
  return list
end

local function tally_s1(profile, spots, n)
  if profile.floor > 0 then return end
  local s1 = ctx.kept.s1
  for _, channel in ipairs(takes_s1(spots)) do s1[channel] = s1[channel] + n end
end

-- They are in these pools from now on. What the memory has of them: profile, spots, since, cause.
function agents.stand(a, spots)
  local kept = ctx.kept
  local at = kept.at[a.id]
  local same = at and at.skills == a.skills and at.floor == a.floor and at.ceiling == a.ceiling
  if same and at.spots == spots and at.since == a.idle_since then return at end
  if not at then
    at = { spots = '', absent = false }
    kept.at[a.id] = at
  end
  local profile = at.profile
  if at.spots ~= '' then
    tally_s1(profile, at.spots, -1)
    ctx.hurry = true
  end
  for i, bucket in ipairs(spots_of(at.spots)) do
    agents.line_drop(profile.pools[bucket], at[i])
    at[i] = nil
    kept.live[bucket] = kept.live[bucket] - 1
    if bucket == 'v0' and profile.floor == 0 then kept.free = kept.free - 1 end
  end
  if not same then
    if at.cause then profile.causes[at.cause] = profile.causes[at.cause] - 1 end
    if at.absent then profile.absent = profile.absent - 1 end
    profile = profile_of(agents.sign(a.skills, a.floor, a.ceiling))
    if at.cause then profile.causes[at.cause] = (profile.causes[at.cause] or 0) + 1 end
    if at.absent then profile.absent = profile.absent + 1 end
    at.profile, at.skills, at.floor, at.ceiling = profile, a.skills, a.floor, a.ceiling
  end
  at.spots, at.since = spots, a.idle_since
  tally_s1(profile, spots, 1)
  for i, bucket in ipairs(spots_of(spots)) do
    local pool = profile.pools[bucket]
    if not pool then
      pool = agents.new_line()
      profile.pools[bucket] = pool
    end
    at[i] = agents.line_add(pool, a.idle_since, a.id)
    kept.live[bucket] = (kept.live[bucket] or 0) + 1
    if bucket == 'v0' and profile.floor == 0 then kept.free = kept.free + 1 end
  end
  return at
end

function agents.cause_of(a, load)
  if a.presence == 'offline' then return nil end
  if a.presence ~= 'online' then return 'lost' end
  if not a.choice.ready then return 'paused' end
  if has(a.testing) then return 'self_test' end
  local cause = has(a.offer) and 'ringing' or load.voice and 'on_call' or load.wrap and 'wrapup'
    or guarded(load) and 's1_text' or load.texts > 0 and 'texts' or 'free'
  return a.media == 'up' and cause or cause .. '!' -- '!': and has no sound
end

-- Of duty by name only: three misses one after the other, and not paused because they were the only one.
function agents.is_absent(a) return a.absent == true and agents.on_duty(a) == true end

function agents.recount(at, cause, absent)
  if absent ~= at.absent then
    at.profile.absent = at.profile.absent + (absent and 1 or -1)
    at.absent = absent
  end
  if cause == at.cause then return end
  local by = at.profile.causes
  local all = ctx.kept.causes
  if at.cause then
    by[at.cause], all.all = by[at.cause] - 1, all.all - 1
    if at.cause == 'lost' then all.lost = all.lost - 1 end
  end
  if cause then
    by[cause], all.all = (by[cause] or 0) + 1, all.all + 1
    if cause == 'lost' then all.lost = all.lost + 1 end
  end
  at.cause = cause
end

-- The state that people see; the order of these lines is the order of importance.
local function show(a, load)
  local state, until_at, since = nil, nil, nil
  a.used = load.used
  local c = load.voice or load.wrap
  if c then
    since = load.since or c.state_at
    state = STATES[c.state].agent
    if state ~= AgentState.TALKING then until_at = c['until'] end -- during a call: the time left to come back
  end
  if a.presence ~= 'online' then state = a.presence
  elseif state then -- voice work decides the state
  elseif has(a.offer) then state, until_at = AgentState.RINGING, a.offer.expires
  elseif has(a.testing) and a.choice.ready then state, until_at = AgentState.TESTING, a.testing
  elseif load.texts > 0 then state = AgentState.MESSAGES
  elseif not a.choice.ready then state = AgentState.PAUSED
  else state = AgentState.READY end
  a['until'] = until_at
  if a.state ~= state then
    -- A reload does not restart the clock: they are back in the state that they were in before. Nor does an
    -- S1 that rang in a break, also if the page was lost then.
    local before = has(a.before) and a.before.state == state and a.before
    local rang = state == AgentState.RINGING and a.state == AgentState.PAUSED
    local rang_in_a_break = state == AgentState.LOST and a.state == AgentState.RINGING and has(a.before)
    if not rang_in_a_break then
      a.before = (rang or state == AgentState.LOST) and { state = a.state, at = a.state_at } or nil
    end
    a.state, a.state_at = state, before and before.at or ctx.now
    if state == AgentState.TALKING or state == AgentState.WRAPUP then a.state_at = num(since, ctx.now) end
  end
end

-- After any change to an agent: state, counts, pools. Unless they are only busier than before, they look for
-- what they may take now.
function agents.settle(a, busier)
  local load = agents.load_of(a)
  show(a, load)
  local before = ctx.kept.at[a.id]
  local was_free = before and string.find(' ' .. before.spots .. ' ', ' v0 ', 1, true)
  local spots = agents.pools_of(a, load)
  a.cause, a.spots = agents.cause_of(a, load), spots ~= '' and spots or nil -- read only by recall
  a.room, a.lets_in = room_of(a, load, spots), beside(a, load)
  agents.recount(agents.stand(a, spots), a.cause, agents.is_absent(a))
  if num(ctx.cfg.reserve, 0) > 0 and not was_free and string.find(' ' .. spots .. ' ', ' v0 ', 1, true) then
    ctx.eased = true
  end
  touch_agent(a)
  ctx.best[a.id] = nil
  if spots ~= '' and not busier then records.seek_agent(a) end
end

function agents.leave(a, c)
  local rest = {}
  for _, id in ipairs(a.contacts) do
    if id ~= c.id then rest[#rest + 1] = id end
  end
  a.contacts = rest
end
