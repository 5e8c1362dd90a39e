-- The whole current database of crm_tui, version 9.
--
-- Conventions: STRICT tables; money in integer fen; instants 'YYYY-MM-DDTHH:MM:SSZ' (UTC), dates 'YYYY-MM-DD';
-- flags 0/1; several words in one column joined by ','. Words are stored by key (table word), never by label.
-- Tracked tables carry created_in, changed_in (-> change_set.id; changed_in is the row's version) and deleted_at;
-- every change to them is logged by the generated triggers at the end of this file.
-- Nothing here reads a clock or a random source: the writer passes time in.

PRAGMA application_id = 1129467220; -- 'CRMT'
PRAGMA user_version = 9;

-- ---------------------------------------------------------------- the log: history, audit, undo, versions

-- The set being written; NULL outside a write. Triggers read it.
CREATE TABLE writing (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  change_set INTEGER
) STRICT;

CREATE TABLE change_set (
  id INTEGER PRIMARY KEY,
  at TEXT,                 -- NULL: an edit from outside, not yet sealed
  actor INTEGER,           -- person.id; NULL: outside
  action TEXT NOT NULL,    -- customer.update, import, undo, outside ...
  source TEXT NOT NULL,    -- tui, cli, outside
  reason TEXT,
  undoes INTEGER,          -- the set that this one takes back
  job INTEGER,             -- the large change this set is a part of (job.id)
  digest BLOB,             -- SHA-256 over this set's rows of change
  chain BLOB               -- SHA-256 over the former chain, this header and digest; NULL: not sealed
) STRICT;
CREATE INDEX change_set_of_job ON change_set (job) WHERE job IS NOT NULL;
CREATE INDEX change_set_undoes ON change_set (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX change_set_of_actor ON change_set (actor, id);

-- update: a row for each moved field; insert: one row; delete: one row whose old is the record as JSON.
-- No constraint here that data could break: history must never be dropped by the outer statement's conflict policy.
CREATE TABLE change (
  id INTEGER PRIMARY KEY,
  change_set INTEGER NOT NULL,
  entity TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  op TEXT NOT NULL,
  field TEXT,
  old ANY,
  new ANY
) STRICT;
CREATE INDEX change_of_row ON change (entity, entity_id);
CREATE INDEX change_of_set ON change (change_set);

-- Sets up to `through` may have lost their rows of change (compaction); digests stay.
CREATE TABLE compacted (
  id INTEGER PRIMARY KEY,
  through INTEGER NOT NULL
) STRICT;

-- Every connection reads the triggers of all tables anew: what they share stands here once.
CREATE VIEW writing_outside AS
  SELECT s.id FROM writing w JOIN change_set s ON s.id = w.change_set WHERE s.source = 'outside';
CREATE TRIGGER change_set_outside AFTER INSERT ON change_set WHEN NEW.source = 'outside' BEGIN
  UPDATE writing SET change_set = NEW.id;
END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change BEGIN
  SELECT RAISE(ABORT, 'change: history cannot be altered');
END;
CREATE TRIGGER change_is_kept BEFORE DELETE ON change
  WHEN OLD.change_set > coalesce((SELECT max(through) FROM compacted), 0) BEGIN
  SELECT RAISE(ABORT, 'change: history cannot be deleted');
END;
CREATE TRIGGER change_set_is_final BEFORE UPDATE ON change_set WHEN OLD.chain IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'change_set: a sealed set cannot be altered');
END;
CREATE TRIGGER change_set_is_kept BEFORE DELETE ON change_set WHEN OLD.chain IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'change_set: a sealed set cannot be deleted');
END;

-- Large changes: ordinary sets with `job` set, published in short transactions. While one publishes, the reading
-- views hide the customers low..high, so that the last transaction shows all of them at once.
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,              -- import, undo
  person_id INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  state TEXT NOT NULL,             -- publishing, done, taken_back, undone
  title TEXT NOT NULL,             -- what people read: the file's name
  staging TEXT,                    -- file beside the database that holds what is still to be published
  undoes INTEGER,                  -- the job that this one takes back
  counts TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE publishing (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  job INTEGER NOT NULL,
  phase TEXT NOT NULL,             -- insert, update, taking_back
  low INTEGER NOT NULL,            -- hidden customer ids, both ends included
  high INTEGER NOT NULL,
  upto INTEGER NOT NULL            -- staged rows already written
) STRICT;

-- ---------------------------------------------------------------- people, what they may do, words

-- Teams in a tree; where there is none, everybody is of one team.
CREATE TABLE team (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  parent_id INTEGER REFERENCES team (id),
  region TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX team_once ON team (name_key) WHERE deleted_at IS NULL;

CREATE TABLE role (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,               -- what people carry; never renamed
  label TEXT NOT NULL,
  label_en TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX role_once ON role (key) WHERE deleted_at IS NULL;

-- What a role may do (access/verbs.py), and with whose customers; what no row grants is not granted.
CREATE TABLE permission (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  role TEXT NOT NULL,
  verb TEXT NOT NULL,
  field_group TEXT NOT NULL DEFAULT '', -- read and edit: '' for rows, else the group of fields it is about
  scope TEXT NOT NULL CHECK (scope IN ('none', 'own', 'team', 'all')),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX permission_once ON permission (role, verb, field_group) WHERE deleted_at IS NULL;

CREATE TABLE person (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  login TEXT NOT NULL,
  login_key TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  role TEXT NOT NULL,              -- role.key; one that is no role any more may do nothing
  email TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  team_id INTEGER REFERENCES team (id),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX person_login ON person (login_key) WHERE deleted_at IS NULL;

CREATE TABLE person_alias (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  alias TEXT NOT NULL,
  alias_key TEXT NOT NULL,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX person_alias_once ON person_alias (person_id, alias_key) WHERE deleted_at IS NULL;

-- While a colleague is away another sees to the customers as if they were the own ones.
CREATE TABLE substitution (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  substitute_id INTEGER NOT NULL REFERENCES person (id),
  from_on TEXT NOT NULL CHECK (length(from_on) = 10),
  until_on TEXT NOT NULL CHECK (length(until_on) = 10), -- the last day
  note TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20),
  CHECK (person_id <> substitute_id AND from_on <= until_on)
) STRICT;
CREATE INDEX substitution_of ON substitution (substitute_id, until_on);
CREATE INDEX substitution_for ON substitution (person_id);

-- What moves no record and is still to be told: hidden fields shown, files taken out, attempts refused. Its rows
-- are only added; the log and its chain cover them.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('unmask', 'export', 'refused')),
  person_id INTEGER NOT NULL REFERENCES person (id),
  customer_id INTEGER,             -- NULL: about several, or none; no reference, for it outlives all
  what TEXT NOT NULL DEFAULT '',   -- unmask: the group of fields; export: the kind of file; refused: the action
  rows INTEGER,                    -- export: how many
  reason TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX audit_of_person ON audit (person_id);
CREATE INDEX audit_of_customer ON audit (customer_id) WHERE customer_id IS NOT NULL;

CREATE TABLE word (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,              -- status, level, stage, source, industry ...
  key TEXT NOT NULL,               -- what records store; never renamed
  label TEXT NOT NULL,
  label_en TEXT,
  parent_key TEXT,                 -- first level of a two-level dictionary
  position INTEGER NOT NULL DEFAULT 0,
  phase TEXT,                      -- stages only: contact, need, proposal, negotiation, won, service, lost
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX word_once ON word (kind, key) WHERE deleted_at IS NULL;

CREATE TABLE word_alias (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  word_id INTEGER NOT NULL REFERENCES word (id),
  alias TEXT NOT NULL,
  alias_key TEXT NOT NULL,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX word_alias_once ON word_alias (word_id, alias_key) WHERE deleted_at IS NULL;

-- Numbering templates such as C{YYYYMMDD}{seq:3}; the counters beside them never go back, not even by undo.
CREATE TABLE numbering (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  entity TEXT NOT NULL,
  template TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('none', 'day', 'year')),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX numbering_once ON numbering (entity) WHERE deleted_at IS NULL;

CREATE TABLE number_counter (
  entity TEXT NOT NULL,
  prefix TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (entity, prefix)
) STRICT;

CREATE TABLE setting (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,              -- zone, preset
  value TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX setting_once ON setting (name) WHERE deleted_at IS NULL;

CREATE TABLE saved_view (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  screen TEXT NOT NULL,
  name TEXT NOT NULL,
  owner_id INTEGER REFERENCES person (id), -- NULL: the whole team's
  definition TEXT NOT NULL,                -- JSON: columns, filter, sort
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX saved_view_of_owner ON saved_view (owner_id);

-- ---------------------------------------------------------------- the customer file

CREATE TABLE customer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('company', 'person')),
  no TEXT NOT NULL,
  no_sort TEXT NOT NULL,           -- digit runs zero-padded: sorts by counter, not by text
  name TEXT,
  name_key TEXT NOT NULL DEFAULT '',
  status TEXT,
  owner_id INTEGER NOT NULL REFERENCES person (id),
  industry TEXT,
  source TEXT,
  stage TEXT,
  level TEXT,
  short_name TEXT,
  english_name TEXT,
  uscc TEXT,                       -- as typed
  uscc_key TEXT,                   -- upper case without blanks, for look-up; repeats are allowed and flagged
  category TEXT,
  cooperation_type TEXT,
  demand_type TEXT,
  intent TEXT,
  region TEXT,
  reg_province TEXT,
  reg_city TEXT,
  reg_district TEXT,
  reg_detail TEXT,
  biz_province TEXT,
  biz_city TEXT,
  biz_district TEXT,
  biz_detail TEXT,
  headcount_min INTEGER,
  headcount_max INTEGER,
  revenue_min INTEGER,             -- fen a year
  revenue_max INTEGER,
  size_class TEXT,
  founded_on TEXT CHECK (length(founded_on) = 10),
  ownership TEXT,
  main_business TEXT,
  website TEXT,
  source_detail TEXT,
  referrer TEXT,
  first_contact_on TEXT CHECK (length(first_contact_on) = 10),
  key_note TEXT,
  need TEXT,
  pain TEXT,
  budget_min INTEGER,              -- fen
  budget_max INTEGER,
  timeline TEXT,
  decision_process TEXT,
  special_req TEXT,
  current_product TEXT,
  past_cooperation TEXT,
  preference TEXT,                 -- individuals: what they like to buy
  purchase_history TEXT,
  family TEXT,
  note TEXT,
  review_state TEXT,
  confirmed_at TEXT CHECK (length(confirmed_at) = 20),
  dormant_since TEXT CHECK (length(dormant_since) = 10),
  wake_plan TEXT,
  lost_reason TEXT,
  last_verified_at TEXT CHECK (length(last_verified_at) = 20),
  merged_into INTEGER REFERENCES customer (id),
  gone TEXT CHECK (gone IN ('undone', 'archived', 'merged')),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20),
  CHECK ((gone IS NULL) = (deleted_at IS NULL))
) STRICT;
-- Archived and merged numbers stay taken; those of an undone import are free again.
CREATE UNIQUE INDEX customer_no ON customer (no) WHERE gone IS NULL OR gone <> 'undone';
-- What all are sorted by holds whose each is: a team's list is walked in it past everybody else's.
CREATE INDEX customer_no_sort ON customer (no_sort, id, owner_id) WHERE deleted_at IS NULL;
CREATE INDEX customer_name_key ON customer (name_key);
CREATE INDEX customer_uscc_key ON customer (uscc_key) WHERE uscc_key IS NOT NULL;
CREATE INDEX customer_changed ON customer (changed_in, id, owner_id) WHERE deleted_at IS NULL;
-- What lists are sorted and filtered by. Few different values each, and ids that grow: cheap to add to.
CREATE INDEX customer_created ON customer (created_in, id, owner_id) WHERE deleted_at IS NULL;
-- With what lists are sorted and filtered by: a rep's and a team's lists are read from it alone.
CREATE INDEX customer_owner ON customer
  (owner_id, id, changed_in, created_in, no_sort, status, level, stage, industry, source) WHERE deleted_at IS NULL;
CREATE INDEX customer_status ON customer (status) WHERE deleted_at IS NULL;
CREATE INDEX customer_level ON customer (level) WHERE deleted_at IS NULL;
CREATE INDEX customer_stage ON customer (stage) WHERE deleted_at IS NULL;
CREATE INDEX customer_industry ON customer (industry) WHERE deleted_at IS NULL;
CREATE INDEX customer_source ON customer (source) WHERE deleted_at IS NULL;
CREATE INDEX customer_category ON customer (category) WHERE deleted_at IS NULL;
CREATE INDEX customer_intent ON customer (intent) WHERE deleted_at IS NULL;
CREATE INDEX customer_size_class ON customer (size_class) WHERE deleted_at IS NULL;
CREATE INDEX customer_merged_into ON customer (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE customer_alias (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('former', 'short', 'other', 'number')),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX customer_alias_key ON customer_alias (name_key);
CREATE INDEX customer_alias_of ON customer_alias (customer_id);

CREATE TABLE contact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  name TEXT,
  title TEXT,
  department TEXT,
  decision_role TEXT,
  office_phone TEXT,
  mobile TEXT,
  email TEXT,
  wechat TEXT,
  work_chat TEXT,                  -- 企业微信, 钉钉
  preference TEXT,                 -- 沟通偏好: ways joined by ','
  is_primary INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1)),
  valid TEXT,
  checked_at TEXT CHECK (length(checked_at) = 20),
  position INTEGER NOT NULL DEFAULT 0,
  note TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX contact_of_customer ON contact (customer_id, is_primary DESC, position, id);

CREATE TABLE tag (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  colour TEXT,
  group_name TEXT,
  scope TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX tag_once ON tag (name_key) WHERE deleted_at IS NULL;

CREATE TABLE tag_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  tag_id INTEGER NOT NULL REFERENCES tag (id),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX tag_link_once ON tag_link (customer_id, tag_id) WHERE deleted_at IS NULL;
CREATE INDEX tag_link_of_tag ON tag_link (tag_id);

CREATE TABLE project (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  name TEXT NOT NULL,
  amount INTEGER,                  -- fen
  starts_on TEXT CHECK (length(starts_on) = 10),
  ends_on TEXT CHECK (length(ends_on) = 10),
  contract_no TEXT,
  state TEXT,
  note TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX project_of_customer ON project (customer_id);

CREATE TABLE collaborator (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  person_id INTEGER NOT NULL REFERENCES person (id),
  access TEXT NOT NULL CHECK (access IN ('read', 'edit')),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX collaborator_once ON collaborator (customer_id, person_id) WHERE deleted_at IS NULL;
CREATE INDEX collaborator_of_person ON collaborator (person_id);

-- The cells a sheet last gave for a customer: {field: [text, value]}. A cell equal to that is no change, and its
-- text is exported again until the value moves. Tracked, so that undoing an import forgets its cells too.
CREATE TABLE imported_row (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  sheet TEXT NOT NULL DEFAULT '',  -- key of the sheet's headings: each kind of sheet has its own last cells
  cells TEXT NOT NULL,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE UNIQUE INDEX imported_row_once ON imported_row (customer_id, sheet) WHERE deleted_at IS NULL;

-- What was decided about two customers that look alike; customer_a is the smaller id. `basis` digests both records'
-- codes, phones and mails: once those differ, the question may be asked again.
CREATE TABLE duplicate_decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_a INTEGER NOT NULL REFERENCES customer (id),
  customer_b INTEGER NOT NULL REFERENCES customer (id),
  verdict TEXT NOT NULL CHECK (verdict IN ('different', 'related')),
  basis TEXT NOT NULL,
  note TEXT,
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20),
  CHECK (customer_a <> customer_b)
) STRICT;
CREATE UNIQUE INDEX duplicate_decision_once ON duplicate_decision (customer_a, customer_b) WHERE deleted_at IS NULL;
CREATE INDEX duplicate_decision_of_b ON duplicate_decision (customer_b);

-- ---------------------------------------------------------------- follow-ups

CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER REFERENCES customer (id),
  contact_id INTEGER REFERENCES contact (id),
  at TEXT NOT NULL CHECK (length(at) = 20),
  whole_day INTEGER NOT NULL DEFAULT 0 CHECK (whole_day IN (0, 1)), -- the time of day is not known
  by_id INTEGER REFERENCES person (id),
  by_text TEXT,                    -- the name a sheet gave where no person matched
  ways TEXT,                       -- keys of kind way joined by ','
  content TEXT,
  feedback TEXT,
  objections TEXT,
  next_action TEXT,
  backfilled INTEGER NOT NULL DEFAULT 0 CHECK (backfilled IN (0, 1)), -- 补录: written later than 24 h after
  origin TEXT NOT NULL CHECK (origin IN ('manual', 'rule', 'import')),
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX activity_of_customer ON activity (customer_id, at DESC, id DESC);
CREATE INDEX activity_of_contact ON activity (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX activity_of_person ON activity (by_id, at DESC);

CREATE TABLE plan (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER REFERENCES customer (id),
  due_on TEXT CHECK (length(due_on) = 10),  -- NULL: a plan whose text names no day
  due_at TEXT CHECK (length(due_at) = 20),  -- NULL: any time of the day
  recurrence TEXT,
  goal TEXT,
  ways TEXT,
  owner_id INTEGER NOT NULL REFERENCES person (id),
  origin TEXT NOT NULL CHECK (origin IN ('manual', 'rule', 'import')),
  state TEXT NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'doing', 'done', 'cancelled')),
  text TEXT,                       -- as typed
  snoozed INTEGER NOT NULL DEFAULT 0,
  snooze_reason TEXT,
  done_at TEXT CHECK (length(done_at) = 20),
  activity_id INTEGER REFERENCES activity (id), -- what was written about it; NULL on a done plan: 待补写
  after_plan_id INTEGER REFERENCES plan (id),   -- the plan this one follows on
  created_in INTEGER NOT NULL DEFAULT 0,
  changed_in INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT CHECK (length(deleted_at) = 20)
) STRICT;
CREATE INDEX plan_of_customer ON plan (customer_id, state, due_on);
CREATE INDEX plan_open ON plan (owner_id, due_on) WHERE state IN ('todo', 'doing') AND deleted_at IS NULL;
CREATE INDEX plan_unwritten ON plan (owner_id, done_at)
  WHERE state = 'done' AND activity_id IS NULL AND deleted_at IS NULL;
CREATE INDEX plan_of_activity ON plan (activity_id) WHERE activity_id IS NOT NULL;
CREATE INDEX plan_after ON plan (after_plan_id) WHERE after_plan_id IS NOT NULL;

-- ---------------------------------------------------------------- untracked: derived, personal, progress

-- One row a customer, rewritten in the same transaction as what it is derived from.
CREATE TABLE customer_state (
  customer_id INTEGER PRIMARY KEY,
  last_followup_at TEXT,
  last_activity_id INTEGER,
  activities INTEGER NOT NULL DEFAULT 0,
  open_plans INTEGER NOT NULL DEFAULT 0,
  next_plan_id INTEGER,
  next_due_on TEXT,
  next_due_at TEXT,
  idle_since TEXT NOT NULL DEFAULT '',  -- instant of the last follow-up, else of the file's beginning
  missing INTEGER NOT NULL DEFAULT 0,   -- how much a check of the file finds blank, and how much odd
  odd INTEGER NOT NULL DEFAULT 0,
  haystack TEXT NOT NULL DEFAULT '',    -- names, numbers, phones, tags in lines (customers/document.py): what is searched
  shown INTEGER NOT NULL DEFAULT 1,     -- 0: the customer is archived, merged or taken back
  name_sort TEXT NOT NULL DEFAULT '',   -- the name by its first readings (text/pinyin.py)
  region TEXT,                          -- as entered, else the part of the country that the province lies in
  province TEXT,                        -- of the business address, else of the registered one
  city TEXT,
  contacts INTEGER NOT NULL DEFAULT 0,
  phones INTEGER NOT NULL DEFAULT 0,    -- keys of phones that can be called
  held_by INTEGER,                      -- customer.owner_id, as the search index has it
  whereabouts TEXT NOT NULL DEFAULT ''  -- behind the haystack: kind, place and addresses, for duplicates
) STRICT;
-- The only order by which rows come in anywhere: everything else of a list grows at a few places.
CREATE INDEX customer_state_name ON customer_state (name_sort, customer_id, held_by) WHERE shown = 1;
CREATE INDEX customer_state_due ON customer_state (next_due_on, customer_id, held_by) WHERE shown = 1;
CREATE INDEX customer_state_last ON customer_state (last_followup_at, customer_id, held_by) WHERE shown = 1;
CREATE INDEX customer_state_region ON customer_state (region, customer_id) WHERE shown = 1;
CREATE INDEX customer_state_province ON customer_state (province, customer_id) WHERE shown = 1;
CREATE INDEX customer_state_city ON customer_state (city, customer_id) WHERE shown = 1;
CREATE INDEX customer_state_contacts ON customer_state (contacts, customer_id) WHERE shown = 1;
CREATE INDEX customer_state_phones ON customer_state (phones, customer_id) WHERE shown = 1;
CREATE INDEX customer_state_missing ON customer_state (missing, customer_id) WHERE shown = 1;
CREATE INDEX customer_state_odd ON customer_state (odd, customer_id) WHERE odd > 0 AND shown = 1;
CREATE INDEX customer_state_idle ON customer_state (idle_since, customer_id, shown);
-- The same of what is derived, as customer_owner has of the customer's own.
CREATE INDEX customer_state_held ON customer_state
  (held_by, customer_id, name_sort, next_due_on, last_followup_at, idle_since, open_plans, contacts, phones,
   region, province, city)
  WHERE shown = 1;

-- The search index: the grams (search/grams.py) of each customer's haystack, the keys (identity/keys.py) under which
-- duplicates meet, and one gram of held_by, by customer_id. Nothing
-- is stored but which gram stands in which customers. No save merges its parts: upkeep does, in small steps.
CREATE VIRTUAL TABLE customer_gram USING fts5(
  grams, content='', detail=none, columnsize=0,
  tokenize='ascii tokenchars ''!#$%&''''()*+,-./:<=>?@[\]^_`{|}~'''
);
INSERT INTO customer_gram (customer_gram, rank) VALUES ('automerge', 0);
INSERT INTO customer_gram (customer_gram, rank) VALUES ('crisismerge', 1999);
INSERT INTO customer_gram (customer_gram, rank) VALUES ('hashsize', 33554432);

CREATE TABLE duplicate_pair (           -- pairs that look alike, as the last comparison of both scored them
  a INTEGER NOT NULL,                   -- the smaller id
  b INTEGER NOT NULL,
  score INTEGER NOT NULL,               -- tenths
  veto TEXT NOT NULL DEFAULT '',        -- why they are two whatever the score (dedupe/scoring.py)
  terms TEXT NOT NULL DEFAULT '',       -- the terms that speak for it, blanks between them
  PRIMARY KEY (a, b)
) STRICT;
CREATE INDEX duplicate_pair_of_b ON duplicate_pair (b);
CREATE INDEX duplicate_pair_score ON duplicate_pair (score);

CREATE TABLE duplicate_scan (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version TEXT NOT NULL DEFAULT '',     -- of features and weights that scored the pairs; '': none did
  seen_set INTEGER NOT NULL DEFAULT 0,  -- sets up to this one are in the pairs
  scanned_at TEXT,                      -- instant of the last whole scan
  done INTEGER NOT NULL DEFAULT 0       -- per cent of a whole scan that was left, 0: none was
) STRICT;

CREATE TABLE search_index (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL DEFAULT 0,   -- of the grams that it holds; 0: it never held any
  built_to INTEGER,                     -- customers up to this id are in it; NULL: all of them
  goal INTEGER NOT NULL DEFAULT 0,      -- the last id when the build began
  clearing INTEGER NOT NULL DEFAULT 0,  -- 1: what it held is being removed, before the build
  damaged_at TEXT,                      -- instant; NULL: nothing wrong was met
  keeper TEXT,                          -- the process that builds, and until when nobody else does
  kept_until TEXT
) STRICT;

-- Exact keys of phones and mail addresses, for warnings while typing and for matching rows of a sheet.
CREATE TABLE contact_key (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('phone', 'mail')),
  key TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_key_look ON contact_key (kind, key);
CREATE INDEX contact_key_of ON contact_key (customer_id);

CREATE TABLE person_state (
  person_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (person_id, name)
) STRICT;

CREATE TABLE import_mapping (
  signature TEXT NOT NULL PRIMARY KEY,  -- the folded headings
  mapping TEXT NOT NULL,                -- JSON {heading: field}
  person_id INTEGER NOT NULL,
  saved_at TEXT NOT NULL
) STRICT;

CREATE TABLE draft (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  form TEXT NOT NULL,
  record TEXT NOT NULL DEFAULT '',
  content TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  UNIQUE (person_id, form, record)
) STRICT;

-- What was done for the file's safety, and when: the monthly reminder and doctor read it.
CREATE TABLE upkeep (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('backup', 'drill', 'restore', 'migration', 'check')),
  person_id INTEGER,              -- NULL: a timer
  detail TEXT NOT NULL DEFAULT '{}' -- JSON
) STRICT;

-- Rows edited from outside whose derived rows have yet to be written anew.
CREATE TABLE stale (
  entity TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  PRIMARY KEY (entity, entity_id)
) STRICT;

INSERT INTO writing (one, change_set) VALUES (1, NULL);
INSERT INTO search_index (one) VALUES (1);
INSERT INTO duplicate_scan (one) VALUES (1);

-- ---------------------------------------------------------------- history triggers (generated, see storage/triggers.py)
-- generated: begin
CREATE TRIGGER team_outside_insert BEFORE INSERT ON team WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER team_outside_update BEFORE UPDATE ON team
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER team_outside_delete BEFORE DELETE ON team WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER team_inserted AFTER INSERT ON team BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'team', NEW.id, 'insert');
END;
CREATE TRIGGER team_adopted AFTER INSERT ON team WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'team: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE team SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER team_updated AFTER UPDATE ON team BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'team', NEW.id, 'update', field, was, now FROM (
    SELECT 'name' AS field, OLD.name AS was, NEW.name AS now
    UNION ALL SELECT 'name_key', OLD.name_key, NEW.name_key
    UNION ALL SELECT 'parent_id', OLD.parent_id, NEW.parent_id
    UNION ALL SELECT 'region', OLD.region, NEW.region
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER team_version AFTER UPDATE ON team
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'team: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'team: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE team SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER team_deleted AFTER DELETE ON team BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'team', OLD.id, 'delete',
    json_patch('{}', json_object('name', OLD.name, 'name_key', OLD.name_key, 'parent_id', OLD.parent_id, 'region', OLD.region, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER role_outside_insert BEFORE INSERT ON role WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER role_outside_update BEFORE UPDATE ON role
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER role_outside_delete BEFORE DELETE ON role WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER role_inserted AFTER INSERT ON role BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'role', NEW.id, 'insert');
END;
CREATE TRIGGER role_adopted AFTER INSERT ON role WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'role: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE role SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER role_updated AFTER UPDATE ON role BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'role', NEW.id, 'update', field, was, now FROM (
    SELECT 'key' AS field, OLD.key AS was, NEW.key AS now
    UNION ALL SELECT 'label', OLD.label, NEW.label
    UNION ALL SELECT 'label_en', OLD.label_en, NEW.label_en
    UNION ALL SELECT 'position', OLD.position, NEW.position
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER role_version AFTER UPDATE ON role
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'role: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'role: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE role SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER role_deleted AFTER DELETE ON role BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'role', OLD.id, 'delete',
    json_patch('{}', json_object('key', OLD.key, 'label', OLD.label, 'label_en', OLD.label_en, 'position', OLD.position, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER permission_outside_insert BEFORE INSERT ON permission WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER permission_outside_update BEFORE UPDATE ON permission
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER permission_outside_delete BEFORE DELETE ON permission WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER permission_inserted AFTER INSERT ON permission BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'permission', NEW.id, 'insert');
END;
CREATE TRIGGER permission_adopted AFTER INSERT ON permission WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'permission: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE permission SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER permission_updated AFTER UPDATE ON permission BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'permission', NEW.id, 'update', field, was, now FROM (
    SELECT 'role' AS field, OLD.role AS was, NEW.role AS now
    UNION ALL SELECT 'verb', OLD.verb, NEW.verb
    UNION ALL SELECT 'field_group', OLD.field_group, NEW.field_group
    UNION ALL SELECT 'scope', OLD.scope, NEW.scope
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER permission_version AFTER UPDATE ON permission
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'permission: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'permission: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE permission SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER permission_deleted AFTER DELETE ON permission BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'permission', OLD.id, 'delete',
    json_patch('{}', json_object('role', OLD.role, 'verb', OLD.verb, 'field_group', OLD.field_group, 'scope', OLD.scope, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER person_outside_insert BEFORE INSERT ON person WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER person_outside_update BEFORE UPDATE ON person
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER person_outside_delete BEFORE DELETE ON person WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER person_inserted AFTER INSERT ON person BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'person', NEW.id, 'insert');
END;
CREATE TRIGGER person_adopted AFTER INSERT ON person WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'person: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE person SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER person_updated AFTER UPDATE ON person BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'person', NEW.id, 'update', field, was, now FROM (
    SELECT 'login' AS field, OLD.login AS was, NEW.login AS now
    UNION ALL SELECT 'login_key', OLD.login_key, NEW.login_key
    UNION ALL SELECT 'name', OLD.name, NEW.name
    UNION ALL SELECT 'name_key', OLD.name_key, NEW.name_key
    UNION ALL SELECT 'role', OLD.role, NEW.role
    UNION ALL SELECT 'email', OLD.email, NEW.email
    UNION ALL SELECT 'active', OLD.active, NEW.active
    UNION ALL SELECT 'team_id', OLD.team_id, NEW.team_id
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER person_version AFTER UPDATE ON person
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'person: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'person: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE person SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER person_deleted AFTER DELETE ON person BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'person', OLD.id, 'delete',
    json_patch('{}', json_object('login', OLD.login, 'login_key', OLD.login_key, 'name', OLD.name, 'name_key', OLD.name_key, 'role', OLD.role, 'email', OLD.email, 'active', OLD.active, 'team_id', OLD.team_id, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER person_alias_outside_insert BEFORE INSERT ON person_alias WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER person_alias_outside_update BEFORE UPDATE ON person_alias
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER person_alias_outside_delete BEFORE DELETE ON person_alias WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER person_alias_inserted AFTER INSERT ON person_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'person_alias', NEW.id, 'insert');
END;
CREATE TRIGGER person_alias_adopted AFTER INSERT ON person_alias WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'person_alias: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE person_alias SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER person_alias_updated AFTER UPDATE ON person_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'person_alias', NEW.id, 'update', field, was, now FROM (
    SELECT 'person_id' AS field, OLD.person_id AS was, NEW.person_id AS now
    UNION ALL SELECT 'alias', OLD.alias, NEW.alias
    UNION ALL SELECT 'alias_key', OLD.alias_key, NEW.alias_key
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER person_alias_version AFTER UPDATE ON person_alias
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'person_alias: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'person_alias: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE person_alias SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER person_alias_deleted AFTER DELETE ON person_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'person_alias', OLD.id, 'delete',
    json_patch('{}', json_object('person_id', OLD.person_id, 'alias', OLD.alias, 'alias_key', OLD.alias_key, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER substitution_outside_insert BEFORE INSERT ON substitution WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER substitution_outside_update BEFORE UPDATE ON substitution
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER substitution_outside_delete BEFORE DELETE ON substitution WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER substitution_inserted AFTER INSERT ON substitution BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'substitution', NEW.id, 'insert');
END;
CREATE TRIGGER substitution_adopted AFTER INSERT ON substitution WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'substitution: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE substitution SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER substitution_updated AFTER UPDATE ON substitution BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'substitution', NEW.id, 'update', field, was, now FROM (
    SELECT 'person_id' AS field, OLD.person_id AS was, NEW.person_id AS now
    UNION ALL SELECT 'substitute_id', OLD.substitute_id, NEW.substitute_id
    UNION ALL SELECT 'from_on', OLD.from_on, NEW.from_on
    UNION ALL SELECT 'until_on', OLD.until_on, NEW.until_on
    UNION ALL SELECT 'note', OLD.note, NEW.note
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER substitution_version AFTER UPDATE ON substitution
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'substitution: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'substitution: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE substitution SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER substitution_deleted AFTER DELETE ON substitution BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'substitution', OLD.id, 'delete',
    json_patch('{}', json_object('person_id', OLD.person_id, 'substitute_id', OLD.substitute_id, 'from_on', OLD.from_on, 'until_on', OLD.until_on, 'note', OLD.note, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER audit_outside_insert BEFORE INSERT ON audit WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER audit_outside_update BEFORE UPDATE ON audit
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER audit_outside_delete BEFORE DELETE ON audit WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER audit_inserted AFTER INSERT ON audit BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'audit', NEW.id, 'insert');
END;
CREATE TRIGGER audit_adopted AFTER INSERT ON audit WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'audit: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE audit SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER audit_updated AFTER UPDATE ON audit BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'audit', NEW.id, 'update', field, was, now FROM (
    SELECT 'kind' AS field, OLD.kind AS was, NEW.kind AS now
    UNION ALL SELECT 'person_id', OLD.person_id, NEW.person_id
    UNION ALL SELECT 'customer_id', OLD.customer_id, NEW.customer_id
    UNION ALL SELECT 'what', OLD.what, NEW.what
    UNION ALL SELECT 'rows', OLD.rows, NEW.rows
    UNION ALL SELECT 'reason', OLD.reason, NEW.reason
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER audit_version AFTER UPDATE ON audit
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'audit: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'audit: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE audit SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER audit_deleted AFTER DELETE ON audit BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'audit', OLD.id, 'delete',
    json_patch('{}', json_object('kind', OLD.kind, 'person_id', OLD.person_id, 'customer_id', OLD.customer_id, 'what', OLD.what, 'rows', OLD.rows, 'reason', OLD.reason, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER word_outside_insert BEFORE INSERT ON word WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER word_outside_update BEFORE UPDATE ON word
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER word_outside_delete BEFORE DELETE ON word WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER word_inserted AFTER INSERT ON word BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'word', NEW.id, 'insert');
END;
CREATE TRIGGER word_adopted AFTER INSERT ON word WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'word: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE word SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER word_updated AFTER UPDATE ON word BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'word', NEW.id, 'update', field, was, now FROM (
    SELECT 'kind' AS field, OLD.kind AS was, NEW.kind AS now
    UNION ALL SELECT 'key', OLD.key, NEW.key
    UNION ALL SELECT 'label', OLD.label, NEW.label
    UNION ALL SELECT 'label_en', OLD.label_en, NEW.label_en
    UNION ALL SELECT 'parent_key', OLD.parent_key, NEW.parent_key
    UNION ALL SELECT 'position', OLD.position, NEW.position
    UNION ALL SELECT 'phase', OLD.phase, NEW.phase
    UNION ALL SELECT 'active', OLD.active, NEW.active
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER word_version AFTER UPDATE ON word
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'word: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'word: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE word SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER word_deleted AFTER DELETE ON word BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'word', OLD.id, 'delete',
    json_patch('{}', json_object('kind', OLD.kind, 'key', OLD.key, 'label', OLD.label, 'label_en', OLD.label_en, 'parent_key', OLD.parent_key, 'position', OLD.position, 'phase', OLD.phase, 'active', OLD.active, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER word_alias_outside_insert BEFORE INSERT ON word_alias WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER word_alias_outside_update BEFORE UPDATE ON word_alias
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER word_alias_outside_delete BEFORE DELETE ON word_alias WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER word_alias_inserted AFTER INSERT ON word_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'word_alias', NEW.id, 'insert');
END;
CREATE TRIGGER word_alias_adopted AFTER INSERT ON word_alias WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'word_alias: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE word_alias SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER word_alias_updated AFTER UPDATE ON word_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'word_alias', NEW.id, 'update', field, was, now FROM (
    SELECT 'word_id' AS field, OLD.word_id AS was, NEW.word_id AS now
    UNION ALL SELECT 'alias', OLD.alias, NEW.alias
    UNION ALL SELECT 'alias_key', OLD.alias_key, NEW.alias_key
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER word_alias_version AFTER UPDATE ON word_alias
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'word_alias: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'word_alias: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE word_alias SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER word_alias_deleted AFTER DELETE ON word_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'word_alias', OLD.id, 'delete',
    json_patch('{}', json_object('word_id', OLD.word_id, 'alias', OLD.alias, 'alias_key', OLD.alias_key, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER numbering_outside_insert BEFORE INSERT ON numbering WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER numbering_outside_update BEFORE UPDATE ON numbering
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER numbering_outside_delete BEFORE DELETE ON numbering WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER numbering_inserted AFTER INSERT ON numbering BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'numbering', NEW.id, 'insert');
END;
CREATE TRIGGER numbering_adopted AFTER INSERT ON numbering WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'numbering: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE numbering SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER numbering_updated AFTER UPDATE ON numbering BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'numbering', NEW.id, 'update', field, was, now FROM (
    SELECT 'entity' AS field, OLD.entity AS was, NEW.entity AS now
    UNION ALL SELECT 'template', OLD.template, NEW.template
    UNION ALL SELECT 'scope', OLD.scope, NEW.scope
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER numbering_version AFTER UPDATE ON numbering
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'numbering: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'numbering: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE numbering SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER numbering_deleted AFTER DELETE ON numbering BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'numbering', OLD.id, 'delete',
    json_patch('{}', json_object('entity', OLD.entity, 'template', OLD.template, 'scope', OLD.scope, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER setting_outside_insert BEFORE INSERT ON setting WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER setting_outside_update BEFORE UPDATE ON setting
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER setting_outside_delete BEFORE DELETE ON setting WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER setting_inserted AFTER INSERT ON setting BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'setting', NEW.id, 'insert');
END;
CREATE TRIGGER setting_adopted AFTER INSERT ON setting WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'setting: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE setting SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER setting_updated AFTER UPDATE ON setting BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'setting', NEW.id, 'update', field, was, now FROM (
    SELECT 'name' AS field, OLD.name AS was, NEW.name AS now
    UNION ALL SELECT 'value', OLD.value, NEW.value
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER setting_version AFTER UPDATE ON setting
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'setting: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'setting: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE setting SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER setting_deleted AFTER DELETE ON setting BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'setting', OLD.id, 'delete',
    json_patch('{}', json_object('name', OLD.name, 'value', OLD.value, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER saved_view_outside_insert BEFORE INSERT ON saved_view WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER saved_view_outside_update BEFORE UPDATE ON saved_view
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER saved_view_outside_delete BEFORE DELETE ON saved_view WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER saved_view_inserted AFTER INSERT ON saved_view BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'saved_view', NEW.id, 'insert');
END;
CREATE TRIGGER saved_view_adopted AFTER INSERT ON saved_view WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'saved_view: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE saved_view SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER saved_view_updated AFTER UPDATE ON saved_view BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'saved_view', NEW.id, 'update', field, was, now FROM (
    SELECT 'screen' AS field, OLD.screen AS was, NEW.screen AS now
    UNION ALL SELECT 'name', OLD.name, NEW.name
    UNION ALL SELECT 'owner_id', OLD.owner_id, NEW.owner_id
    UNION ALL SELECT 'definition', OLD.definition, NEW.definition
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER saved_view_version AFTER UPDATE ON saved_view
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'saved_view: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'saved_view: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE saved_view SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER saved_view_deleted AFTER DELETE ON saved_view BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'saved_view', OLD.id, 'delete',
    json_patch('{}', json_object('screen', OLD.screen, 'name', OLD.name, 'owner_id', OLD.owner_id, 'definition', OLD.definition, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER customer_outside_insert BEFORE INSERT ON customer WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER customer_outside_update BEFORE UPDATE ON customer
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER customer_outside_delete BEFORE DELETE ON customer WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER customer_inserted AFTER INSERT ON customer BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'customer', NEW.id, 'insert');
END;
CREATE TRIGGER customer_adopted AFTER INSERT ON customer WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'customer: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE customer SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER customer_updated AFTER UPDATE ON customer BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'customer', NEW.id, 'update', field, was, now FROM (
    SELECT 'kind' AS field, OLD.kind AS was, NEW.kind AS now
    UNION ALL SELECT 'no', OLD.no, NEW.no
    UNION ALL SELECT 'no_sort', OLD.no_sort, NEW.no_sort
    UNION ALL SELECT 'name', OLD.name, NEW.name
    UNION ALL SELECT 'name_key', OLD.name_key, NEW.name_key
    UNION ALL SELECT 'status', OLD.status, NEW.status
    UNION ALL SELECT 'owner_id', OLD.owner_id, NEW.owner_id
    UNION ALL SELECT 'industry', OLD.industry, NEW.industry
    UNION ALL SELECT 'source', OLD.source, NEW.source
    UNION ALL SELECT 'stage', OLD.stage, NEW.stage
    UNION ALL SELECT 'level', OLD.level, NEW.level
    UNION ALL SELECT 'short_name', OLD.short_name, NEW.short_name
    UNION ALL SELECT 'english_name', OLD.english_name, NEW.english_name
    UNION ALL SELECT 'uscc', OLD.uscc, NEW.uscc
    UNION ALL SELECT 'uscc_key', OLD.uscc_key, NEW.uscc_key
    UNION ALL SELECT 'category', OLD.category, NEW.category
    UNION ALL SELECT 'cooperation_type', OLD.cooperation_type, NEW.cooperation_type
    UNION ALL SELECT 'demand_type', OLD.demand_type, NEW.demand_type
    UNION ALL SELECT 'intent', OLD.intent, NEW.intent
    UNION ALL SELECT 'region', OLD.region, NEW.region
    UNION ALL SELECT 'reg_province', OLD.reg_province, NEW.reg_province
    UNION ALL SELECT 'reg_city', OLD.reg_city, NEW.reg_city
    UNION ALL SELECT 'reg_district', OLD.reg_district, NEW.reg_district
    UNION ALL SELECT 'reg_detail', OLD.reg_detail, NEW.reg_detail
    UNION ALL SELECT 'biz_province', OLD.biz_province, NEW.biz_province
    UNION ALL SELECT 'biz_city', OLD.biz_city, NEW.biz_city
    UNION ALL SELECT 'biz_district', OLD.biz_district, NEW.biz_district
    UNION ALL SELECT 'biz_detail', OLD.biz_detail, NEW.biz_detail
    UNION ALL SELECT 'headcount_min', OLD.headcount_min, NEW.headcount_min
    UNION ALL SELECT 'headcount_max', OLD.headcount_max, NEW.headcount_max
    UNION ALL SELECT 'revenue_min', OLD.revenue_min, NEW.revenue_min
    UNION ALL SELECT 'revenue_max', OLD.revenue_max, NEW.revenue_max
    UNION ALL SELECT 'size_class', OLD.size_class, NEW.size_class
    UNION ALL SELECT 'founded_on', OLD.founded_on, NEW.founded_on
    UNION ALL SELECT 'ownership', OLD.ownership, NEW.ownership
    UNION ALL SELECT 'main_business', OLD.main_business, NEW.main_business
    UNION ALL SELECT 'website', OLD.website, NEW.website
    UNION ALL SELECT 'source_detail', OLD.source_detail, NEW.source_detail
    UNION ALL SELECT 'referrer', OLD.referrer, NEW.referrer
    UNION ALL SELECT 'first_contact_on', OLD.first_contact_on, NEW.first_contact_on
    UNION ALL SELECT 'key_note', OLD.key_note, NEW.key_note
    UNION ALL SELECT 'need', OLD.need, NEW.need
    UNION ALL SELECT 'pain', OLD.pain, NEW.pain
    UNION ALL SELECT 'budget_min', OLD.budget_min, NEW.budget_min
    UNION ALL SELECT 'budget_max', OLD.budget_max, NEW.budget_max
    UNION ALL SELECT 'timeline', OLD.timeline, NEW.timeline
    UNION ALL SELECT 'decision_process', OLD.decision_process, NEW.decision_process
    UNION ALL SELECT 'special_req', OLD.special_req, NEW.special_req
    UNION ALL SELECT 'current_product', OLD.current_product, NEW.current_product
    UNION ALL SELECT 'past_cooperation', OLD.past_cooperation, NEW.past_cooperation
    UNION ALL SELECT 'preference', OLD.preference, NEW.preference
    UNION ALL SELECT 'purchase_history', OLD.purchase_history, NEW.purchase_history
    UNION ALL SELECT 'family', OLD.family, NEW.family
    UNION ALL SELECT 'note', OLD.note, NEW.note
    UNION ALL SELECT 'review_state', OLD.review_state, NEW.review_state
    UNION ALL SELECT 'confirmed_at', OLD.confirmed_at, NEW.confirmed_at
    UNION ALL SELECT 'dormant_since', OLD.dormant_since, NEW.dormant_since
    UNION ALL SELECT 'wake_plan', OLD.wake_plan, NEW.wake_plan
    UNION ALL SELECT 'lost_reason', OLD.lost_reason, NEW.lost_reason
    UNION ALL SELECT 'last_verified_at', OLD.last_verified_at, NEW.last_verified_at
    UNION ALL SELECT 'merged_into', OLD.merged_into, NEW.merged_into
    UNION ALL SELECT 'gone', OLD.gone, NEW.gone
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER customer_version AFTER UPDATE ON customer
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'customer: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'customer: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE customer SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER customer_deleted AFTER DELETE ON customer BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'customer', OLD.id, 'delete',
    json_patch(json_patch('{}', json_object('kind', OLD.kind, 'no', OLD.no, 'no_sort', OLD.no_sort, 'name', OLD.name, 'name_key', OLD.name_key, 'status', OLD.status, 'owner_id', OLD.owner_id, 'industry', OLD.industry, 'source', OLD.source, 'stage', OLD.stage, 'level', OLD.level, 'short_name', OLD.short_name, 'english_name', OLD.english_name, 'uscc', OLD.uscc, 'uscc_key', OLD.uscc_key, 'category', OLD.category, 'cooperation_type', OLD.cooperation_type, 'demand_type', OLD.demand_type, 'intent', OLD.intent, 'region', OLD.region, 'reg_province', OLD.reg_province, 'reg_city', OLD.reg_city, 'reg_district', OLD.reg_district, 'reg_detail', OLD.reg_detail, 'biz_province', OLD.biz_province, 'biz_city', OLD.biz_city, 'biz_district', OLD.biz_district, 'biz_detail', OLD.biz_detail, 'headcount_min', OLD.headcount_min, 'headcount_max', OLD.headcount_max, 'revenue_min', OLD.revenue_min, 'revenue_max', OLD.revenue_max, 'size_class', OLD.size_class, 'founded_on', OLD.founded_on, 'ownership', OLD.ownership, 'main_business', OLD.main_business, 'website', OLD.website, 'source_detail', OLD.source_detail, 'referrer', OLD.referrer, 'first_contact_on', OLD.first_contact_on, 'key_note', OLD.key_note, 'need', OLD.need, 'pain', OLD.pain, 'budget_min', OLD.budget_min, 'budget_max', OLD.budget_max, 'timeline', OLD.timeline, 'decision_process', OLD.decision_process, 'special_req', OLD.special_req, 'current_product', OLD.current_product, 'past_cooperation', OLD.past_cooperation)), json_object('preference', OLD.preference, 'purchase_history', OLD.purchase_history, 'family', OLD.family, 'note', OLD.note, 'review_state', OLD.review_state, 'confirmed_at', OLD.confirmed_at, 'dormant_since', OLD.dormant_since, 'wake_plan', OLD.wake_plan, 'lost_reason', OLD.lost_reason, 'last_verified_at', OLD.last_verified_at, 'merged_into', OLD.merged_into, 'gone', OLD.gone, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER customer_alias_outside_insert BEFORE INSERT ON customer_alias WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER customer_alias_outside_update BEFORE UPDATE ON customer_alias
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER customer_alias_outside_delete BEFORE DELETE ON customer_alias WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER customer_alias_inserted AFTER INSERT ON customer_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'customer_alias', NEW.id, 'insert');
END;
CREATE TRIGGER customer_alias_adopted AFTER INSERT ON customer_alias WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'customer_alias: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE customer_alias SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER customer_alias_updated AFTER UPDATE ON customer_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'customer_alias', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'name', OLD.name, NEW.name
    UNION ALL SELECT 'name_key', OLD.name_key, NEW.name_key
    UNION ALL SELECT 'kind', OLD.kind, NEW.kind
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER customer_alias_version AFTER UPDATE ON customer_alias
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'customer_alias: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'customer_alias: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE customer_alias SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER customer_alias_deleted AFTER DELETE ON customer_alias BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'customer_alias', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'name', OLD.name, 'name_key', OLD.name_key, 'kind', OLD.kind, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER contact_outside_insert BEFORE INSERT ON contact WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER contact_outside_update BEFORE UPDATE ON contact
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER contact_outside_delete BEFORE DELETE ON contact WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER contact_inserted AFTER INSERT ON contact BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'contact', NEW.id, 'insert');
END;
CREATE TRIGGER contact_adopted AFTER INSERT ON contact WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'contact: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE contact SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER contact_updated AFTER UPDATE ON contact BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'contact', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'name', OLD.name, NEW.name
    UNION ALL SELECT 'title', OLD.title, NEW.title
    UNION ALL SELECT 'department', OLD.department, NEW.department
    UNION ALL SELECT 'decision_role', OLD.decision_role, NEW.decision_role
    UNION ALL SELECT 'office_phone', OLD.office_phone, NEW.office_phone
    UNION ALL SELECT 'mobile', OLD.mobile, NEW.mobile
    UNION ALL SELECT 'email', OLD.email, NEW.email
    UNION ALL SELECT 'wechat', OLD.wechat, NEW.wechat
    UNION ALL SELECT 'work_chat', OLD.work_chat, NEW.work_chat
    UNION ALL SELECT 'preference', OLD.preference, NEW.preference
    UNION ALL SELECT 'is_primary', OLD.is_primary, NEW.is_primary
    UNION ALL SELECT 'valid', OLD.valid, NEW.valid
    UNION ALL SELECT 'checked_at', OLD.checked_at, NEW.checked_at
    UNION ALL SELECT 'position', OLD.position, NEW.position
    UNION ALL SELECT 'note', OLD.note, NEW.note
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER contact_version AFTER UPDATE ON contact
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'contact: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'contact: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE contact SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER contact_deleted AFTER DELETE ON contact BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'contact', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'name', OLD.name, 'title', OLD.title, 'department', OLD.department, 'decision_role', OLD.decision_role, 'office_phone', OLD.office_phone, 'mobile', OLD.mobile, 'email', OLD.email, 'wechat', OLD.wechat, 'work_chat', OLD.work_chat, 'preference', OLD.preference, 'is_primary', OLD.is_primary, 'valid', OLD.valid, 'checked_at', OLD.checked_at, 'position', OLD.position, 'note', OLD.note, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER tag_outside_insert BEFORE INSERT ON tag WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER tag_outside_update BEFORE UPDATE ON tag
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER tag_outside_delete BEFORE DELETE ON tag WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER tag_inserted AFTER INSERT ON tag BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'tag', NEW.id, 'insert');
END;
CREATE TRIGGER tag_adopted AFTER INSERT ON tag WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'tag: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE tag SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER tag_updated AFTER UPDATE ON tag BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'tag', NEW.id, 'update', field, was, now FROM (
    SELECT 'name' AS field, OLD.name AS was, NEW.name AS now
    UNION ALL SELECT 'name_key', OLD.name_key, NEW.name_key
    UNION ALL SELECT 'colour', OLD.colour, NEW.colour
    UNION ALL SELECT 'group_name', OLD.group_name, NEW.group_name
    UNION ALL SELECT 'scope', OLD.scope, NEW.scope
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER tag_version AFTER UPDATE ON tag
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'tag: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'tag: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE tag SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER tag_deleted AFTER DELETE ON tag BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'tag', OLD.id, 'delete',
    json_patch('{}', json_object('name', OLD.name, 'name_key', OLD.name_key, 'colour', OLD.colour, 'group_name', OLD.group_name, 'scope', OLD.scope, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER tag_link_outside_insert BEFORE INSERT ON tag_link WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER tag_link_outside_update BEFORE UPDATE ON tag_link
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER tag_link_outside_delete BEFORE DELETE ON tag_link WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER tag_link_inserted AFTER INSERT ON tag_link BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'tag_link', NEW.id, 'insert');
END;
CREATE TRIGGER tag_link_adopted AFTER INSERT ON tag_link WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'tag_link: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE tag_link SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER tag_link_updated AFTER UPDATE ON tag_link BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'tag_link', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'tag_id', OLD.tag_id, NEW.tag_id
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER tag_link_version AFTER UPDATE ON tag_link
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'tag_link: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'tag_link: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE tag_link SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER tag_link_deleted AFTER DELETE ON tag_link BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'tag_link', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'tag_id', OLD.tag_id, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER project_outside_insert BEFORE INSERT ON project WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER project_outside_update BEFORE UPDATE ON project
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER project_outside_delete BEFORE DELETE ON project WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER project_inserted AFTER INSERT ON project BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'project', NEW.id, 'insert');
END;
CREATE TRIGGER project_adopted AFTER INSERT ON project WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'project: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE project SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER project_updated AFTER UPDATE ON project BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'project', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'name', OLD.name, NEW.name
    UNION ALL SELECT 'amount', OLD.amount, NEW.amount
    UNION ALL SELECT 'starts_on', OLD.starts_on, NEW.starts_on
    UNION ALL SELECT 'ends_on', OLD.ends_on, NEW.ends_on
    UNION ALL SELECT 'contract_no', OLD.contract_no, NEW.contract_no
    UNION ALL SELECT 'state', OLD.state, NEW.state
    UNION ALL SELECT 'note', OLD.note, NEW.note
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER project_version AFTER UPDATE ON project
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'project: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'project: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE project SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER project_deleted AFTER DELETE ON project BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'project', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'name', OLD.name, 'amount', OLD.amount, 'starts_on', OLD.starts_on, 'ends_on', OLD.ends_on, 'contract_no', OLD.contract_no, 'state', OLD.state, 'note', OLD.note, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER collaborator_outside_insert BEFORE INSERT ON collaborator WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER collaborator_outside_update BEFORE UPDATE ON collaborator
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER collaborator_outside_delete BEFORE DELETE ON collaborator WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER collaborator_inserted AFTER INSERT ON collaborator BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'collaborator', NEW.id, 'insert');
END;
CREATE TRIGGER collaborator_adopted AFTER INSERT ON collaborator WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'collaborator: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE collaborator SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER collaborator_updated AFTER UPDATE ON collaborator BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'collaborator', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'person_id', OLD.person_id, NEW.person_id
    UNION ALL SELECT 'access', OLD.access, NEW.access
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER collaborator_version AFTER UPDATE ON collaborator
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'collaborator: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'collaborator: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE collaborator SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER collaborator_deleted AFTER DELETE ON collaborator BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'collaborator', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'person_id', OLD.person_id, 'access', OLD.access, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER imported_row_outside_insert BEFORE INSERT ON imported_row WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER imported_row_outside_update BEFORE UPDATE ON imported_row
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER imported_row_outside_delete BEFORE DELETE ON imported_row WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER imported_row_inserted AFTER INSERT ON imported_row BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'imported_row', NEW.id, 'insert');
END;
CREATE TRIGGER imported_row_adopted AFTER INSERT ON imported_row WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'imported_row: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE imported_row SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER imported_row_updated AFTER UPDATE ON imported_row BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'imported_row', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'sheet', OLD.sheet, NEW.sheet
    UNION ALL SELECT 'cells', OLD.cells, NEW.cells
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER imported_row_version AFTER UPDATE ON imported_row
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'imported_row: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'imported_row: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE imported_row SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER imported_row_deleted AFTER DELETE ON imported_row BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'imported_row', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'sheet', OLD.sheet, 'cells', OLD.cells, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER duplicate_decision_outside_insert BEFORE INSERT ON duplicate_decision WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER duplicate_decision_outside_update BEFORE UPDATE ON duplicate_decision
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER duplicate_decision_outside_delete BEFORE DELETE ON duplicate_decision WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER duplicate_decision_inserted AFTER INSERT ON duplicate_decision BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'duplicate_decision', NEW.id, 'insert');
END;
CREATE TRIGGER duplicate_decision_adopted AFTER INSERT ON duplicate_decision WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'duplicate_decision: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE duplicate_decision SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER duplicate_decision_updated AFTER UPDATE ON duplicate_decision BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'duplicate_decision', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_a' AS field, OLD.customer_a AS was, NEW.customer_a AS now
    UNION ALL SELECT 'customer_b', OLD.customer_b, NEW.customer_b
    UNION ALL SELECT 'verdict', OLD.verdict, NEW.verdict
    UNION ALL SELECT 'basis', OLD.basis, NEW.basis
    UNION ALL SELECT 'note', OLD.note, NEW.note
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER duplicate_decision_version AFTER UPDATE ON duplicate_decision
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'duplicate_decision: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'duplicate_decision: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE duplicate_decision SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER duplicate_decision_deleted AFTER DELETE ON duplicate_decision BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'duplicate_decision', OLD.id, 'delete',
    json_patch('{}', json_object('customer_a', OLD.customer_a, 'customer_b', OLD.customer_b, 'verdict', OLD.verdict, 'basis', OLD.basis, 'note', OLD.note, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER activity_outside_insert BEFORE INSERT ON activity WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER activity_outside_update BEFORE UPDATE ON activity
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER activity_outside_delete BEFORE DELETE ON activity WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER activity_inserted AFTER INSERT ON activity BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'activity', NEW.id, 'insert');
END;
CREATE TRIGGER activity_adopted AFTER INSERT ON activity WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'activity: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE activity SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER activity_updated AFTER UPDATE ON activity BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'activity', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'contact_id', OLD.contact_id, NEW.contact_id
    UNION ALL SELECT 'at', OLD.at, NEW.at
    UNION ALL SELECT 'whole_day', OLD.whole_day, NEW.whole_day
    UNION ALL SELECT 'by_id', OLD.by_id, NEW.by_id
    UNION ALL SELECT 'by_text', OLD.by_text, NEW.by_text
    UNION ALL SELECT 'ways', OLD.ways, NEW.ways
    UNION ALL SELECT 'content', OLD.content, NEW.content
    UNION ALL SELECT 'feedback', OLD.feedback, NEW.feedback
    UNION ALL SELECT 'objections', OLD.objections, NEW.objections
    UNION ALL SELECT 'next_action', OLD.next_action, NEW.next_action
    UNION ALL SELECT 'backfilled', OLD.backfilled, NEW.backfilled
    UNION ALL SELECT 'origin', OLD.origin, NEW.origin
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER activity_version AFTER UPDATE ON activity
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'activity: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'activity: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE activity SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER activity_deleted AFTER DELETE ON activity BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'activity', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'contact_id', OLD.contact_id, 'at', OLD.at, 'whole_day', OLD.whole_day, 'by_id', OLD.by_id, 'by_text', OLD.by_text, 'ways', OLD.ways, 'content', OLD.content, 'feedback', OLD.feedback, 'objections', OLD.objections, 'next_action', OLD.next_action, 'backfilled', OLD.backfilled, 'origin', OLD.origin, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;

CREATE TRIGGER plan_outside_insert BEFORE INSERT ON plan WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER plan_outside_update BEFORE UPDATE ON plan
  WHEN (SELECT change_set FROM writing) IS NULL OR (OLD.changed_in = (SELECT change_set FROM writing) AND EXISTS (SELECT 1 FROM writing_outside)) BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER plan_outside_delete BEFORE DELETE ON plan WHEN (SELECT change_set FROM writing) IS NULL BEGIN
  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');
END;
CREATE TRIGGER plan_inserted AFTER INSERT ON plan BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ((SELECT change_set FROM writing), 'plan', NEW.id, 'insert');
END;
CREATE TRIGGER plan_adopted AFTER INSERT ON plan WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) BEGIN
  SELECT RAISE(ABORT, 'plan: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE plan SET changed_in = (SELECT change_set FROM writing),
    created_in = CASE WHEN created_in = 0 THEN (SELECT change_set FROM writing) ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER plan_updated AFTER UPDATE ON plan BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT (SELECT change_set FROM writing), 'plan', NEW.id, 'update', field, was, now FROM (
    SELECT 'customer_id' AS field, OLD.customer_id AS was, NEW.customer_id AS now
    UNION ALL SELECT 'due_on', OLD.due_on, NEW.due_on
    UNION ALL SELECT 'due_at', OLD.due_at, NEW.due_at
    UNION ALL SELECT 'recurrence', OLD.recurrence, NEW.recurrence
    UNION ALL SELECT 'goal', OLD.goal, NEW.goal
    UNION ALL SELECT 'ways', OLD.ways, NEW.ways
    UNION ALL SELECT 'owner_id', OLD.owner_id, NEW.owner_id
    UNION ALL SELECT 'origin', OLD.origin, NEW.origin
    UNION ALL SELECT 'state', OLD.state, NEW.state
    UNION ALL SELECT 'text', OLD.text, NEW.text
    UNION ALL SELECT 'snoozed', OLD.snoozed, NEW.snoozed
    UNION ALL SELECT 'snooze_reason', OLD.snooze_reason, NEW.snooze_reason
    UNION ALL SELECT 'done_at', OLD.done_at, NEW.done_at
    UNION ALL SELECT 'activity_id', OLD.activity_id, NEW.activity_id
    UNION ALL SELECT 'after_plan_id', OLD.after_plan_id, NEW.after_plan_id
    UNION ALL SELECT 'created_in', OLD.created_in, NEW.created_in
    UNION ALL SELECT 'deleted_at', OLD.deleted_at, NEW.deleted_at)
  WHERE +was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0);
END;
CREATE TRIGGER plan_version AFTER UPDATE ON plan
  WHEN NEW.changed_in IS NOT (SELECT change_set FROM writing) OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, 'plan: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'plan: write without changed_in') WHERE NOT EXISTS (SELECT 1 FROM writing_outside);
  UPDATE plan SET changed_in = (SELECT change_set FROM writing) WHERE id = NEW.id;
END;
CREATE TRIGGER plan_deleted AFTER DELETE ON plan BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ((SELECT change_set FROM writing), 'plan', OLD.id, 'delete',
    json_patch('{}', json_object('customer_id', OLD.customer_id, 'due_on', OLD.due_on, 'due_at', OLD.due_at, 'recurrence', OLD.recurrence, 'goal', OLD.goal, 'ways', OLD.ways, 'owner_id', OLD.owner_id, 'origin', OLD.origin, 'state', OLD.state, 'text', OLD.text, 'snoozed', OLD.snoozed, 'snooze_reason', OLD.snooze_reason, 'done_at', OLD.done_at, 'activity_id', OLD.activity_id, 'after_plan_id', OLD.after_plan_id, 'created_in', OLD.created_in, 'deleted_at', OLD.deleted_at)));
END;
-- generated: end
