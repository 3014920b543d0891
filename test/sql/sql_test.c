/* sql_test.c -- a day of the made-up city, its features by the engine and once more in SQL.
 *
 * The oracle was written by those who wrote the language.  SQL was not: so the features of day.cut
 * are worked out for every record by SQLite, from the same rows, with queries that know of windows
 * what a textbook knows (features.inc), and every value must be the same, to the last bit.
 *
 * What is asked of money that moved (flows.inc) reaches over several accounts and is asked of a
 * world of its own: few accounts that pass on what they got, reports that come late, refunds.  What
 * hit a bound says so, and is left out.
 *
 * usage: sql_test DAY.CUT [money] */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city/city.h"
#include "detect/engine/engine.h"
#include "ground/chance.h"
#include "intake/intake.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMORY = 256 << 20, RULES_SIZE = 1 << 16, STATEMENT_SIZE = 1 << 14, RECORDS_MAX = 1 << 15 };

/* Words by number, as the database holds them. */
#define ANSWERED  "0"
#define NO_ANSWER "2"
#define MOBILE    "0"
#define TIMES(h) \
    "e.arrival <= r.arrival and e.time <= r.time and e.time > r.time - " #h " * 3600000"

struct sql_feature {
    enum record_kind kind;
    const char *name, *key, *read, *sql;
};

#define FEATURE(kind, name, key, read, sql) {RECORD_##kind, #name, #key, read, sql},
static const struct sql_feature FEATURES[] = {
#include "features.inc"
};
static const struct sql_feature FLOWS[] = {
#include "flows.inc"
};
#undef FEATURE

static const enum record_kind KINDS[] = {RECORD_call, RECORD_sms, RECORD_payment, RECORD_report};
static const char *const FILES[] = {"calls.csv", "sms.csv", "payments.csv", "reports.csv"};
enum { KINDS_COUNT = sizeof KINDS / sizeof KINDS[0], KIND_MONEY = 2 };

struct day {
    sqlite3 *db;
    sqlite3_stmt *add_record[RECORD_KINDS_COUNT];
    sqlite3_stmt *add_answer, *add_bounded, *add_mention;
    const struct sql_feature *feature;
    size_t features_count;
    bool money; /* a world of payments and reports */
    struct arena *arena;
    char folder[32];
    struct intake *intake;
    const struct rule_set *set;
    struct registry *registry;
    struct engine *engine;
    int64_t arrival;
};

/* ---- the database ---- */

static void run_sql(struct day *day, const char *sql)
{
    char *fault = NULL;
    if (sqlite3_exec(day->db, sql, NULL, NULL, &fault) == SQLITE_OK)
        return;
    fprintf(stderr, "%s\n  in: %s\n", fault, sql);
    exit(1);
}

static sqlite3_stmt *prepare(struct day *day, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(day->db, sql, -1, &statement, NULL) == SQLITE_OK)
        return statement;
    fprintf(stderr, "%s\n  in: %s\n", sqlite3_errmsg(day->db), sql);
    exit(1);
}

static int64_t number_of(struct day *day, const char *sql)
{
    sqlite3_stmt *statement = prepare(day, sql);
    int step = sqlite3_step(statement);
    must(step == SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void create_table(struct day *day, enum record_kind kind)
{
    const struct kind_schema *schema = kind_schema(kind);
    char bytes[STATEMENT_SIZE];
    struct text sql = text_over(bytes, sizeof bytes);
    text_addf(&sql, "create table %s (arrival integer primary key, position integer", schema->name);
    for (unsigned f = 0; f < schema->fields_count; f++)
        text_addf(&sql, ", %s", schema->fields[f].name);
    text_add_string(&sql, ")");
    run_sql(day, bytes);
    sql = text_over(bytes, sizeof bytes);
    text_addf(&sql, "insert into %s values (?, ?", schema->name);
    for (unsigned f = 0; f < schema->fields_count; f++)
        text_add_string(&sql, ", ?");
    text_add_string(&sql, ")");
    day->add_record[kind] = prepare(day, bytes);
}

static void step_done(sqlite3_stmt *statement)
{
    int step = sqlite3_step(statement);
    must(step == SQLITE_DONE);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

/* Money in another currency is nothing that can be added up. */
static bool is_shown(const struct record *record, unsigned field)
{
    unsigned currency = FIELD_OF(payment, currency);
    bool money = kind_schema(record->kind)->fields[field].type == FIELD_MONEY;
    bool foreign = record->kind == RECORD_payment && record_knows(record, currency) &&
                   !slice_equal(record->text[currency], SLICE("CNY"));
    return record_knows(record, field) && !(money && foreign);
}

static void add_record(struct day *day, const struct record *record)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    sqlite3_stmt *add = day->add_record[record->kind];
    sqlite3_bind_int64(add, 1, day->arrival++);
    sqlite3_bind_int64(add, 2, (int64_t)record->position);
    for (unsigned f = 0; f < schema->fields_count; f++) {
        int place = (int)f + 3;
        if (!is_shown(record, f))
            continue;
        if (field_held(schema->fields[f].type) == HELD_WHOLE)
            sqlite3_bind_int64(add, place, record->field[f].whole);
        else
            sqlite3_bind_text(add, place, record->text[f].at, (int)record->text[f].size,
                              SQLITE_TRANSIENT);
    }
    step_done(add);
    unsigned accounts = FIELD_OF(report, accounts);
    if (record->kind != RECORD_report || !record_knows(record, accounts))
        return;
    const struct ident_list *named = record->field[accounts].names;
    for (uint32_t i = 0; i < named->count; i++) {
        sqlite3_bind_int64(day->add_mention, 1, day->arrival - 1);
        sqlite3_bind_text(day->add_mention, 2, named->text[i].at, (int)named->text[i].size,
                          SQLITE_TRANSIENT);
        step_done(day->add_mention);
    }
}

/* ---- the engine ---- */

static enum status take_finding(void *self, const struct finding *finding)
{
    struct day *day = self;
    const struct evidence *evidence = &finding->evidence[0];
    must(evidence->compared);
    if (finding->bounded) {
        sqlite3_bind_text(day->add_bounded, 1, finding->rule->name.at,
                          (int)finding->rule->name.size, SQLITE_TRANSIENT);
        sqlite3_bind_int64(day->add_bounded, 2, (int64_t)finding->record->position);
        step_done(day->add_bounded);
        return STATUS_OK;
    }
    sqlite3_bind_text(day->add_answer, 1, finding->rule->name.at, (int)finding->rule->name.size,
                      SQLITE_TRANSIENT);
    sqlite3_bind_int64(day->add_answer, 2, (int64_t)finding->record->position);
    if (evidence->type.class == TYPE_NAME)
        sqlite3_bind_text(day->add_answer, 3, evidence->value_text.at,
                          (int)evidence->value_text.size, SQLITE_TRANSIENT);
    else
        sqlite3_bind_double(day->add_answer, 3, evidence->value);
    step_done(day->add_answer);
    return STATUS_OK;
}

/* A rule for each feature: it fires where the feature is known, and its evidence says the value. */
static void add_rules(const struct day *day, struct text *text)
{
    for (size_t i = 0; i < day->features_count; i++) {
        const struct sql_feature *feature = &day->feature[i];
        bool call = feature->kind == RECORD_call;
        text_addf(text,
                  "rule %s on %s {\n  title \"value\" \"值\"\n  when (%s) = (%s)\n"
                  "  subject %s\n}\n",
                  feature->name, kind_schema(feature->kind)->name, feature->read, feature->read,
                  call ? "caller typology scam_caller" : "known_or(payer, payee) typology mule");
    }
    must(!text->full);
}

static enum status read_rules(struct day *day, const char *path)
{
    static struct diags diags;
    static char bytes[RULES_SIZE];
    struct text text = text_over(bytes, sizeof bytes);
    struct rule_file files[2] = {{.path = slice_of(path)}, {.path = SLICE("features.inc")}};
    enum disk_fault fault;
    TRY(disk_read_all(path, RULES_SIZE, day->arena, &files[0].source, &fault));
    add_rules(day, &text);
    files[1].source = text_slice(&text);
    enum status status = rules_check(files, 2, day->arena, &diags, &day->set);
    char why[RULES_SIZE];
    struct text shown = text_over(why, sizeof why);
    for (uint32_t i = 0; i < diags.count; i++)
        if (diags.diag[i].severity == DIAG_ERROR)
            text_add_diag(&shown, &diags.diag[i], files, TONGUE_EN, false);
    fputs(why, stderr);
    return status;
}

static enum status start_engine(struct day *day)
{
    TRY(registry_create(&day->registry, MEMORY, day->arena));
    struct engine_options options = {.set = day->set,
                                     .registry = day->registry,
                                     .threads = 2,
                                     .memory_max = MEMORY,
                                     .zone_minutes = 480,
                                     .findings = {.take = take_finding, .self = day}};
    return engine_create(&day->engine, &options, day->arena);
}

/* ---- the day ---- */

static enum status no_reject(void *self, const struct reject *reject)
{
    (void)self;
    (void)reject;
    return STATUS_REFUSED; /* the city writes nothing that intake refuses */
}

/* ---- a world of money ---- */

enum { ACCOUNTS = 90, PAYMENTS = 1800, REPORTS = 30, WORLD_DAYS = 3, LATELY = 40 };

static void put_time(FILE *file, int64_t second)
{
    int64_t of_day = second % 86400;
    (void)fprintf(file, "2026-03-%02dT%02d:%02d:%02d+08:00", 2 + (int)(second / 86400),
                  (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
}

struct moved {
    unsigned payer, payee; /* 0: nobody */
    uint64_t amount;
};

/* Half of what is paid goes on from an account that was paid lately; now and then cash, a payment
 * to oneself, or a part of an earlier payment taken back. */
static struct moved move(struct chance *chance, const struct moved *before, unsigned nth,
                         unsigned *reverses)
{
    struct moved moved = {.payer = 1 + (unsigned)chance_below(chance, ACCOUNTS),
                          .payee = 1 + (unsigned)chance_below(chance, ACCOUNTS),
                          .amount = 1 + chance_below(chance, 500000)};
    *reverses = 0;
    if (nth > LATELY && chance_below(chance, 2) == 0)
        moved.payer = before[nth - 1 - chance_below(chance, LATELY)].payee;
    if (nth > LATELY && chance_below(chance, 25) == 0) {
        *reverses = nth - 1 - (unsigned)chance_below(chance, LATELY);
        const struct moved *of = &before[*reverses];
        moved = (struct moved){of->payee, of->payer, 1 + chance_below(chance, of->amount)};
    }
    if (chance_below(chance, 40) == 0)
        moved.payer = 0;
    if (chance_below(chance, 40) == 0 && moved.payer != 0)
        moved.payee = moved.payer;
    return moved;
}

static void put_account(FILE *file, unsigned account)
{
    if (account != 0)
        (void)fprintf(file, "6222%04u", account);
    (void)fputc(',', file);
}

static void make_payments(FILE *file, struct chance *chance)
{
    static struct moved moved[PAYMENTS];
    (void)fputs("time,payer,payee,id,amount,currency,reverses\n", file);
    for (unsigned i = 0; i < PAYMENTS; i++) {
        unsigned reverses;
        moved[i] = move(chance, moved, i, &reverses);
        put_time(file, (int64_t)i * (WORLD_DAYS * 86400) / PAYMENTS);
        (void)fputc(',', file);
        put_account(file, moved[i].payer);
        put_account(file, moved[i].payee);
        if (chance_below(chance, 10) != 0) /* one in a hundred is told twice */
            (void)fprintf(file, "P%u", chance_below(chance, 100) == 0 && i > 0 ? i - 1 : i);
        (void)fprintf(file, ",%llu.%02u,%s,", (unsigned long long)moved[i].amount / 100,
                      (unsigned)(moved[i].amount % 100),
                      chance_below(chance, 100) == 0 ? "USD" : "CNY");
        if (reverses != 0)
            (void)fprintf(file, "P%u", reverses);
        (void)fputc('\n', file);
    }
}

static void make_reports(FILE *file, struct chance *chance)
{
    (void)fputs("time,id,accounts\n", file);
    for (unsigned i = 0; i < REPORTS; i++) {
        put_time(file,
                 (int64_t)i * (WORLD_DAYS * 86400) / REPORTS + (int64_t)chance_below(chance, 600));
        (void)fprintf(file, ",R%u,6222%04u", i, 1 + (unsigned)chance_below(chance, ACCOUNTS));
        if (chance_below(chance, 3) == 0)
            (void)fprintf(file, "|6222%04u", 1 + (unsigned)chance_below(chance, ACCOUNTS));
        (void)fputc('\n', file);
    }
}

static void make_money(const struct day *day)
{
    struct chance chance = chance_seeded(5);
    void (*const make[])(FILE *, struct chance *) = {make_payments, make_reports};
    for (unsigned i = 0; i < 2; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", day->folder, FILES[KIND_MONEY + i]);
        FILE *file = fopen(path, "w");
        must(file != NULL);
        make[i](file, &chance);
        must(fclose(file) == 0);
    }
}

static enum status make_day(struct day *day)
{
    struct city_options options = city_defaults();
    struct city_counts counts;
    options.seed = 7;
    options.people = CITY_PEOPLE_MIN;
    options.fraud = 5;
    (void)snprintf(day->folder, sizeof day->folder, "/tmp/cutline-sql-XXXXXX");
    if (mkdtemp(day->folder) == NULL)
        return STATUS_IO;
    if (day->money)
        make_money(day);
    else
        TRY(city_make(&options, day->folder, (struct city_progress_sink){0}, &counts));
    struct intake_options how = {
        .home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")};
    TRY(intake_create(&day->intake, &how, (struct reject_sink){no_reject, NULL}, day->arena));
    for (unsigned i = day->money ? KIND_MONEY : 0; i < KINDS_COUNT; i++) {
        char path[128], said[TONGUES_COUNT][512];
        struct text why[TONGUES_COUNT];
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            why[t] = text_over(said[t], sizeof said[t]);
        (void)snprintf(path, sizeof path, "%s/%s", day->folder, FILES[i]);
        TRY(intake_add(day->intake, path, why));
    }
    return STATUS_OK;
}

struct delayed {
    uint64_t turn;
    struct record record;
};

static int by_turn(const void *a, const void *b)
{
    const struct delayed *x = a, *y = b;
    return (x->turn > y->turn) - (x->turn < y->turn);
}

/* Intake lends what a record says until its next batch. */
static enum status keep_record(struct day *day, struct record *record)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    for (unsigned f = 0; f < schema->fields_count; f++) {
        if (record->text[f].size > 0)
            TRY(slice_copy(day->arena, record->text[f], &record->text[f]));
        if (field_held(schema->fields[f].type) != HELD_NAMES || !record_knows(record, f))
            continue;
        const struct ident_list *lent = record->field[f].names;
        struct ident_list *list;
        ident *at;
        struct slice *text;
        TRY(ARENA_NEW(day->arena, 1, &list));
        TRY(ARENA_NEW(day->arena, lent->count + 1, &at));
        TRY(ARENA_NEW(day->arena, lent->count + 1, &text));
        *list = (struct ident_list){lent->count, at, text};
        for (uint32_t i = 0; i < lent->count; i++) {
            at[i] = lent->at[i];
            TRY(slice_copy(day->arena, lent->text[i], &text[i]));
        }
        record->field[f].names = list;
    }
    return STATUS_OK;
}

/* A city's day is in order but for minutes.  Here every 50th record comes as many records later as
 * its number says, some of them by more than six hours. */
static enum status read_day(struct day *day, struct delayed *delayed, size_t *out)
{
    size_t all = 0;
    for (;;) {
        const struct record *records;
        size_t count;
        enum status status = intake_next(day->intake, &records, &count);
        if (status == STATUS_END)
            break;
        TRY(status);
        for (size_t i = 0; i < count; i++, all++) {
            uint64_t delay = all % 50 == 0 ? all * 31 % (day->money ? 500 : 4000) : 0;
            if (all == RECORDS_MAX)
                return STATUS_FULL;
            delayed[all] = (struct delayed){(all + delay) * RECORDS_MAX + all, records[i]};
            TRY(keep_record(day, &delayed[all].record));
        }
    }
    qsort(delayed, all, sizeof *delayed, by_turn);
    *out = all;
    return STATUS_OK;
}

static enum status live_day(struct day *day)
{
    struct delayed *delayed;
    size_t count;
    TRY(ARENA_NEW(day->arena, RECORDS_MAX, &delayed));
    TRY(read_day(day, delayed, &count));
    for (size_t i = 0; i < count;) {
        struct record batch[RECORD_BATCH_MAX];
        size_t taken = 0;
        for (; taken < RECORD_BATCH_MAX && i < count; taken++, i++) {
            batch[taken] = delayed[i].record;
            add_record(day, &batch[taken]);
        }
        TRY(engine_take(day->engine, batch, taken));
    }
    return STATUS_OK;
}

static void clean_up(struct day *day)
{
    char path[128];
    for (unsigned i = 0; i < CITY_FILES_COUNT; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", day->folder, city_file_name((enum city_file)i));
        (void)unlink(path);
    }
    (void)rmdir(day->folder);
}

/* ---- the same in SQL ---- */

/* What docs/language.md calls late and double.  All rows are of one day, so 48 hours hold them all.
 */
static const char *const PREPARATIONS[] = {
    "create table arrived as"
    "  select arrival, time from call union all select arrival, time from sms"
    "  union all select arrival, time from payment union all select arrival, time from report",
    "create table late (arrival integer primary key)",
    "insert into late select arrival from (select arrival, time, max(time) over"
    "  (order by arrival rows between unbounded preceding and 1 preceding) as newest from arrived)"
    "  where time < newest - 6 * 3600000",
    "create table double (arrival integer primary key)",
    "insert into double select arrival from (select arrival, row_number() over (partition by time,"
    "  caller, callee, duration, result, imsi, imei, cell, trunk order by arrival) as n from call)"
    "  where n > 1",
    "insert into double select arrival from (select arrival, row_number() over (partition by time,"
    "  sender, recipient, imsi, imei, cell, url, template order by arrival) as n from sms)"
    "  where n > 1",
    "insert into double select arrival from (select arrival, row_number() over (partition by id"
    "  order by arrival) as n from payment where id is not null) where n > 1",
    "insert into double select arrival from (select arrival, row_number() over (partition by id"
    "  order by arrival) as n from report where id is not null) where n > 1",
    "create table kept_call as select * from call where arrival not in (select arrival from late)"
    "  and arrival not in (select arrival from double)",
    "create table kept_sms as select * from sms where arrival not in (select arrival from late)"
    "  and arrival not in (select arrival from double)",
    "create table kept_payment as select * from payment where arrival not in"
    "  (select arrival from late) and arrival not in (select arrival from double)",
    "create table met as select number, arrival, time, max(got) as got, max(caller) as caller,"
    "  max(url) as url from ("
    "  select caller as number, arrival, time, 0 as got, caller, null as url from kept_call"
    "  union all select callee, arrival, time, 1, caller, null from kept_call"
    "  union all select sender, arrival, time, 0, null, url from kept_sms"
    "  union all select recipient, arrival, time, 1, null, url from kept_sms)"
    "  group by number, arrival",
    "create table boxed as select imei, arrival, time, imsi, cell from kept_call where imei is not"
    "  null union all select imei, arrival, time, imsi, cell from kept_sms where imei is not null",
    "create table purse as select account, arrival, time, max(pays) as pays, max(gets) as gets,"
    "  payer, payee, amount, balance, channel from ("
    "  select payer as account, 1 as pays, 0 as gets, * from kept_payment where payer is not null"
    "  union all select payee, 0, 1, * from kept_payment where payee is not null)"
    "  group by account, arrival",
    "create table named as select account, report.arrival, time from mention join report using"
    "  (arrival) where arrival not in (select arrival from late) and arrival not in"
    "  (select arrival from double)",
    "create table moved as select payer as account, arrival, time, 0 as gets, payee as other, id,"
    "  amount, reverses from kept_payment where payer is not null and payer is not payee and"
    "  amount > 0 union all select payee, arrival, time, 1, payer, id, amount, reverses from"
    "  kept_payment where payee is not null and payer is not payee and amount > 0",
    "create index i6 on moved (account, time)",
    "create index i7 on moved (account, reverses)",
    "create index i8 on named (account, time)",
    "create index i1 on kept_call (caller, time)",
    "create index i2 on met (number, time)",
    "create index i3 on boxed (imei, time)",
    "create index i4 on purse (account, time)",
    "create table expected (name, position, value)",
    "create index i5 on answer (name, position)",
    "create index i9 on bounded (name, position)",
};

static int64_t feature_differs(struct day *day, const struct sql_feature *feature)
{
    char bytes[STATEMENT_SIZE];
    struct text sql = text_over(bytes, sizeof bytes);
    text_addf(&sql,
              "insert into expected select '%s', position, value from (select position, case when"
              " r.%s is not null then (",
              feature->name, feature->key);
    for (const char *at = feature->sql; *at != 0; at++) {
        if (*at == '@') /* the account that is asked about */
            text_addf(&sql, "r.%s", feature->key);
        else
            text_add_char(&sql, *at);
    }
    text_addf(&sql,
              ") end as value from kept_%s r where position not in (select position from bounded"
              " where name = '%s')) where value is not null",
              kind_schema(feature->kind)->name, feature->name);
    must(!sql.full);
    run_sql(day, bytes);
    sql = text_over(bytes, sizeof bytes);
    text_addf(&sql,
              "select (select count(*) from expected x left join answer a on a.name = x.name and"
              " a.position = x.position where x.name = '%s' and a.value is not x.value)"
              " + abs((select count(*) from expected where name = '%s')"
              "     - (select count(*) from answer where name = '%s'))",
              feature->name, feature->name, feature->name);
    int64_t differing = number_of(day, bytes);
    sql = text_over(bytes, sizeof bytes);
    text_addf(&sql, "select count(*) from expected where name = '%s'", feature->name);
    int64_t values = number_of(day, bytes);
    sql = text_over(bytes, sizeof bytes);
    text_addf(&sql, "select count(distinct value) from expected where name = '%s'", feature->name);
    int64_t different = number_of(day, bytes);
    sql = text_over(bytes, sizeof bytes);
    text_addf(&sql, "select count(*) from bounded where name = '%s'", feature->name);
    printf("%-12s %7lld values, %5lld different, %lld bounded, %lld differ from the engine's\n",
           feature->name, (long long)values, (long long)different, (long long)number_of(day, bytes),
           (long long)differing);
    return different < 2 ? differing + 1 : differing; /* what never changes tests nothing */
}

static int compare(struct day *day)
{
    int64_t differing = 0;
    for (size_t i = 0; i < sizeof PREPARATIONS / sizeof PREPARATIONS[0]; i++)
        run_sql(day, PREPARATIONS[i]);
    static struct engine_counts counts;
    engine_count(day->engine, &counts);
    int64_t late = number_of(day, "select count(*) from late");
    int64_t doubles = number_of(day, "select count(*) from double");
    printf("%lld records, %lld late, %lld double\n", (long long)day->arrival, (long long)late,
           (long long)doubles);
    differing += late == 0; /* what is never late tests nothing */
    differing += doubles == 0;
    differing += (uint64_t)late != counts.late;
    differing += (uint64_t)doubles != counts.duplicates;
    for (size_t i = 0; i < day->features_count; i++)
        differing += feature_differs(day, &day->feature[i]);
    printf("%zu features, %lld differences\n", day->features_count, (long long)differing);
    return differing == 0 ? 0 : 1;
}

static enum status prepare_day(struct day *day, const char *rules)
{
    TRY(arena_create(&day->arena, MEMORY));
    if (sqlite3_open(":memory:", &day->db) != SQLITE_OK)
        return STATUS_IO;
    for (unsigned i = 0; i < KINDS_COUNT; i++)
        create_table(day, KINDS[i]);
    run_sql(day, "create table answer (name, position, value)");
    run_sql(day, "create table bounded (name, position)");
    run_sql(day, "create table mention (arrival, account)");
    day->add_bounded = prepare(day, "insert into bounded values (?, ?)");
    day->add_mention = prepare(day, "insert into mention values (?, ?)");
    day->add_answer = prepare(day, "insert into answer values (?, ?, ?)");
    TRY(read_rules(day, rules));
    TRY(start_engine(day));
    return make_day(day);
}

int main(int count, char **arguments)
{
    static struct day day;
    must(count == 2 || count == 3);
    day.money = count == 3;
    day.feature = day.money ? FLOWS : FEATURES;
    day.features_count =
        day.money ? sizeof FLOWS / sizeof *FLOWS : sizeof FEATURES / sizeof *FEATURES;
    enum status status = prepare_day(&day, arguments[1]);
    if (status == STATUS_OK) {
        run_sql(&day, "begin");
        status = live_day(&day);
    }
    clean_up(&day);
    if (status != STATUS_OK) {
        fprintf(stderr, "the day: %s\n", status_name(status));
        return 1;
    }
    int result = compare(&day);
    engine_destroy(day.engine);
    registry_destroy(day.registry);
    intake_destroy(day.intake);
    for (unsigned i = 0; i < KINDS_COUNT; i++)
        sqlite3_finalize(day.add_record[KINDS[i]]);
    sqlite3_finalize(day.add_answer);
    sqlite3_finalize(day.add_bounded);
    sqlite3_finalize(day.add_mention);
    sqlite3_close(day.db);
    arena_destroy(day.arena);
    return result;
}
