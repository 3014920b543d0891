/* pair.c -- tells both sides the same, and looks for the first difference.
 *
 * Doubles are compared by their bits, but for the sign of zero. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include "moved.h"

#include "lowered.h"

uint32_t lowered_events_max = 16384;
uint32_t lowered_small_max = 32;
uint32_t lowered_flow_events_max = 512;
uint32_t lowered_flow_accounts_max = 64;

enum { WHY_SIZE = 1 << 14, MEMORY = 64 << 20 };

enum status pair_init(struct pair *pair)
{
    char *why;
    *pair = (struct pair){0};
    TRY(arena_create(&pair->image, MEMORY));
    TRY(arena_create(&pair->scratch, (size_t)16 * MEMORY));
    TRY(arena_create(&pair->boot, (size_t)4 * MEMORY));
    TRY(arena_create(&pair->said, (size_t)16 * MEMORY));
    TRY(arena_create(&pair->kept, MEMORY));
    TRY(ARENA_NEW(pair->kept, WHY_SIZE, &why));
    TRY(ARENA_NEW(pair->kept, 1, &pair->counts));
    pair->why = text_over(why, WHY_SIZE);
    return STATUS_OK;
}

void pair_release(struct pair *pair)
{
    arena_destroy(pair->image);
    arena_destroy(pair->scratch);
    arena_destroy(pair->boot);
    arena_destroy(pair->said);
    arena_destroy(pair->kept);
}

/* Entities that money is followed by are short of memory where the others are. */
static uint32_t flow_events_max(const struct bounds *bounds)
{
    return bounds->events_max < 512 ? bounds->events_max : 512;
}

/* ---- the engine's findings ---- */

static enum status keep(struct arena *arena, struct slice slice, struct slice *out)
{
    return slice_copy(arena, slice, out);
}

static enum status note_finding(struct pair *pair, struct oracle_findings *findings,
                                const struct finding *finding)
{
    struct oracle_finding *out;
    TRY(oracle_findings_add(findings, &out));
    *out = (struct oracle_finding){
        .rule = (uint32_t)(finding->rule - finding->set->rule),
        .trigger = finding->record->position,
        .at_ms = finding->at.ms,
        .subject = finding->subject,
        .score = finding->score,
        .grade = finding->grade,
        .bounded = finding->bounded,
        .evidence_count = finding->evidence_count,
        .against_count = finding->against_count,
        .positions_count = finding->positions_count,
    };
    TRY(keep(pair->said, finding->subject_text, &out->subject_text));
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *from = &finding->evidence[i];
        struct oracle_evidence *to = &out->evidence[i];
        to->compared = from->compared;
        if (!from->compared)
            continue;
        if (from->type.class != TYPE_NAME) {
            to->value = from->value;
            to->threshold = from->threshold;
            continue;
        }
        TRY(keep(pair->said, from->value_text, &to->value_text));
        TRY(keep(pair->said, from->threshold_text, &to->threshold_text));
    }
    for (uint32_t i = 0; i < finding->against_count; i++)
        out->against[i] = (uint32_t)(finding->against[i].against - finding->rule->against);
    memcpy(out->position, finding->position, sizeof out->position);
    return STATUS_OK;
}

static enum status take_finding(void *self, const struct finding *finding)
{
    struct pair *pair = self;
    return note_finding(pair, &pair->of_engine, finding);
}

static enum status take_probed(void *self, const struct finding *finding)
{
    struct pair *pair = self;
    return note_finding(pair, &pair->of_probe, finding);
}

/* ---- what differs ---- */

static bool numbers_equal(double a, double b)
{
    return a == b || (a != a && b != b);
}

static const char *evidence_difference(const struct oracle_finding *a,
                                       const struct oracle_finding *b)
{
    if (a->evidence_count != b->evidence_count)
        return "evidence_count";
    for (uint32_t i = 0; i < a->evidence_count; i++) {
        const struct oracle_evidence *x = &a->evidence[i], *y = &b->evidence[i];
        if (x->compared != y->compared)
            return "compared";
        if (!numbers_equal(x->value, y->value) || !slice_equal(x->value_text, y->value_text))
            return "value";
        if (!numbers_equal(x->threshold, y->threshold) ||
            !slice_equal(x->threshold_text, y->threshold_text))
            return "threshold";
    }
    return NULL;
}

static const char *finding_difference(const struct oracle_finding *a,
                                      const struct oracle_finding *b)
{
    if (a->trigger != b->trigger)
        return "trigger";
    if (a->rule != b->rule)
        return "rule";
    if (!ident_equal(a->subject, b->subject) || !slice_equal(a->subject_text, b->subject_text))
        return "subject";
    if (!numbers_equal(a->score, b->score))
        return "score";
    if (a->grade != b->grade)
        return "grade";
    if (a->bounded != b->bounded)
        return "bounded";
    if (a->at_ms != b->at_ms)
        return "at";
    if (a->against_count != b->against_count ||
        memcmp(a->against, b->against, a->against_count * sizeof a->against[0]) != 0)
        return "against";
    if (a->positions_count != b->positions_count ||
        memcmp(a->position, b->position, a->positions_count * sizeof a->position[0]) != 0)
        return "positions";
    return evidence_difference(a, b);
}

static void say_finding(struct text *why, const struct rule_set *set, const char *who,
                        const struct oracle_finding *finding)
{
    text_addf(why, "  %s: ", who);
    if (finding == NULL) {
        text_add_string(why, "nothing more\n");
        return;
    }
    text_add(why, set->rule[finding->rule].name);
    text_addf(why, " at %u:%llu subject ", position_file(finding->trigger),
              (unsigned long long)position_line(finding->trigger));
    text_add(why, finding->subject_text);
    text_addf(why, " score %.17g grade %d%s against %u {", finding->score, (int)finding->grade,
              finding->bounded ? " bounded" : "", finding->against_count);
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const struct oracle_evidence *evidence = &finding->evidence[i];
        text_addf(why, evidence->compared ? " [%.17g ~ %.17g " : " [true", evidence->value,
                  evidence->threshold);
        text_add(why, evidence->value_text);
        text_add_char(why, ' ');
        text_add(why, evidence->threshold_text);
        text_add_char(why, ']');
    }
    text_add_string(why, " } @");
    for (uint32_t i = 0; i < finding->positions_count; i++)
        text_addf(why, " %u:%llu", position_file(finding->position[i]),
                  (unsigned long long)position_line(finding->position[i]));
    text_add_char(why, '\n');
}

static bool findings_differ(struct pair *pair)
{
    const struct oracle_findings *a = &pair->of_oracle, *b = &pair->of_engine;
    size_t most = a->count > b->count ? a->count : b->count;
    for (size_t i = 0; i < most; i++) {
        const struct oracle_finding *x = i < a->count ? &a->at[i] : NULL;
        const struct oracle_finding *y = i < b->count ? &b->at[i] : NULL;
        const char *what = x == NULL || y == NULL ? "number" : finding_difference(x, y);
        if (what == NULL)
            continue;
        text_addf(&pair->why, "finding %zu: %s\n", i, what);
        say_finding(&pair->why, pair->set, "oracle", x);
        say_finding(&pair->why, pair->set, "engine", y);
        return true;
    }
    return false;
}

static bool counts_differ(struct pair *pair, const struct engine_counts *b)
{
    const struct oracle_counts *a = pair->counts;
    const struct {
        const char *name;
        uint64_t oracle, engine;
    } COUNTS[] = {
        {"records", a->records, b->records},
        {"duplicates", a->duplicates, b->duplicates},
        {"late", a->late, b->late},
        {"subjectless", a->subjectless, b->subjectless},
        {"findings", a->findings, b->findings},
        {"bounded", a->seen.bounded, b->bounded},
        {"watermark", (uint64_t)a->watermark_ms, (uint64_t)b->watermark.ms},
    };
    for (size_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        if (COUNTS[i].oracle == COUNTS[i].engine)
            continue;
        text_addf(&pair->why, "count of %s: oracle %llu, engine %llu\n", COUNTS[i].name,
                  (unsigned long long)COUNTS[i].oracle, (unsigned long long)COUNTS[i].engine);
        return true;
    }
    for (uint32_t r = 0; r < pair->set->rules_count; r++) {
        if (a->fired[r] == b->fired[r])
            continue;
        text_addf(&pair->why, "fired %.*s: oracle %llu, engine %llu\n",
                  (int)pair->set->rule[r].name.size, pair->set->rule[r].name.at,
                  (unsigned long long)a->fired[r], (unsigned long long)b->fired[r]);
        return true;
    }
    return false;
}

/* ---- both sides ---- */

static enum status rows_load(struct registry **registry, const struct stream *stream,
                             struct arena *boot)
{
    TRY(registry_create(registry, MEMORY, boot));
    for (uint32_t i = 0; i < stream->rows_count; i++)
        TRY(registry_take(*registry, &stream->row[i]));
    return STATUS_OK;
}

static enum status tell_oracle(struct pair *pair, const struct stream *stream,
                               const struct bounds *bounds)
{
    struct oracle_options options = {
        .set = pair->set, .zone_minutes = bounds->zone_minutes, .events_max = bounds->events_max,
        .flow_events_max = flow_events_max(bounds),
        .flow_accounts_max = bounds->flow_accounts_max};
    TRY(rows_load(&options.registry, stream, pair->boot));
    enum status status = oracle_run(&options, stream->record, stream->records_count, pair->scratch,
                                    &pair->of_oracle, pair->counts);
    registry_destroy(options.registry);
    return status;
}

/* An engine on its way through a stream. */
struct telling {
    struct engine *engine;
    struct engine_options options;
    const struct stream *stream;
    struct arena *boot;
};

/* The tie that a record itself makes is not made for a probe. */
static bool ties(const struct record *record)
{
    return record->kind == RECORD_account || record->kind == RECORD_sim;
}

/* What was said of a record before it came is what is said when it comes, and nothing was left
 * behind by asking.  STATUS_REFUSED: it is not so. */
static enum status take_probed_one(struct telling *telling, struct pair *pair,
                                   const struct record *record)
{
    static struct engine_counts before, after;
    struct registry *registry = telling->options.registry;
    size_t said = pair->of_engine.count;
    pair->of_probe.count = 0;
    engine_count(telling->engine, &before);
    TRY(engine_remembers(telling->engine, registry));
    enum status status = engine_probe(telling->engine, record,
                                      (struct finding_sink){.take = take_probed, .self = pair});
    TRY(engine_remembers_still(telling->engine, registry));
    engine_count(telling->engine, &after);
    if (memcmp(&before.watermark, &after.watermark, sizeof before.watermark) != 0 ||
        before.entities != after.entities || before.events != after.events)
        return STATUS_REFUSED;
    TRY(engine_take(telling->engine, record, 1));
    engine_count(telling->engine, &after);
    if ((status == STATUS_LATE) != (after.late > before.late) &&
        after.duplicates == before.duplicates)
        return STATUS_REFUSED;
    if (status == STATUS_LATE || after.duplicates > before.duplicates || ties(record))
        return STATUS_OK;
    TRY(status);
    if (pair->of_engine.count - said != pair->of_probe.count)
        return STATUS_REFUSED;
    for (size_t i = 0; i < pair->of_probe.count; i++)
        if (finding_difference(&pair->of_probe.at[i], &pair->of_engine.at[said + i]) != NULL)
            return STATUS_REFUSED;
    return STATUS_OK;
}

static enum status take_probed_all(struct telling *telling, struct pair *pair)
{
    for (uint32_t i = 0; i < telling->stream->records_count; i++)
        TRY(take_probed_one(telling, pair, &telling->stream->record[i]));
    return STATUS_OK;
}

static enum status take_in_batches(struct telling *telling, const struct manner *manner)
{
    static const unsigned THREADS[] = {1, 1, 2, 3, 5};
    const struct stream *stream = telling->stream;
    struct chance chance = chance_seeded(manner->seed);
    struct chance moving = chance_branch(chance, 1);
    uint32_t at = 0;
    uint32_t apart = manner->moves == 0 ? 0 : stream->records_count / manner->moves + 1;
    uint32_t move = manner->moves == 0 ? UINT32_MAX : (uint32_t)chance_below(&moving, apart);
    while (at < stream->records_count) {
        uint32_t count = (uint32_t)(1 + chance_below(&chance, manner->batch_max));
        if (count > stream->records_count - at)
            count = stream->records_count - at;
        TRY(engine_take(telling->engine, &stream->record[at], count));
        at += count;
        if (at < move)
            continue;
        move = at + (uint32_t)chance_below(&moving, apart + 1);
        TRY(engine_moved(&telling->engine, &telling->options, THREADS[chance_below(&moving, 5)],
                         MEMORY, telling->boot));
    }
    return STATUS_OK;
}

static enum status tell_engine(struct pair *pair, const struct stream *stream,
                               const struct bounds *bounds, const struct manner *manner,
                               struct engine_counts *counts)
{
    struct telling telling = {.stream = stream, .boot = pair->boot};
    telling.options = (struct engine_options){
        .set = pair->set,
        .threads = manner->threads,
        .memory_max = (size_t)16 * MEMORY,
        .zone_minutes = bounds->zone_minutes,
        .findings = {.take = take_finding, .self = pair},
    };
    lowered_events_max = bounds->events_max;
    lowered_flow_events_max = flow_events_max(bounds);
    lowered_flow_accounts_max = bounds->flow_accounts_max;
    lowered_small_max = bounds->small_max;
    TRY(rows_load(&telling.options.registry, stream, pair->boot));
    enum status status = engine_create(&telling.engine, &telling.options, pair->boot);
    if (status == STATUS_OK) {
        status =
            manner->probes ? take_probed_all(&telling, pair) : take_in_batches(&telling, manner);
        engine_count(telling.engine, counts);
        engine_destroy(telling.engine);
    }
    registry_destroy(telling.options.registry);
    return status;
}

static bool rules_understood(struct pair *pair, struct slice rules)
{
    static struct diags diags;
    struct rule_file file = {.path = SLICE("woven.cut"), .source = rules};
    diags = (struct diags){0};
    enum status status = rules_check(&file, 1, pair->image, &diags, &pair->set);
    if (status == STATUS_OK)
        return true;
    text_addf(&pair->why, "%s\n", status_name(status));
    for (uint32_t i = 0; i < diags.count; i++)
        if (diags.diag[i].severity == DIAG_ERROR)
            text_add_diag(&pair->why, &diags.diag[i], &file, TONGUE_EN, false);
    return false;
}

enum outcome pair_run(struct pair *pair, struct slice rules, const struct stream *stream,
                      const struct bounds *bounds, const struct manner *manner)
{
    static struct engine_counts engine_counts;
    arena_reset(pair->image);
    arena_reset(pair->scratch);
    arena_reset(pair->boot);
    arena_reset(pair->said);
    pair->of_oracle = (struct oracle_findings){.arena = pair->said};
    pair->of_engine = (struct oracle_findings){.arena = pair->said};
    pair->of_probe = (struct oracle_findings){.arena = pair->said};
    *pair->counts = (struct oracle_counts){0};
    pair->why = text_over(pair->why.at, WHY_SIZE);
    if (!rules_understood(pair, rules))
        return PAIR_REFUSED;
    engine_counts = (struct engine_counts){0};
    enum status status = tell_oracle(pair, stream, bounds);
    must(status == STATUS_OK);
    status = tell_engine(pair, stream, bounds, manner, &engine_counts);
    if (status != STATUS_OK) {
        text_addf(&pair->why, "the engine says %s\n", status_name(status));
        return PAIR_DIFFERS;
    }
    return findings_differ(pair) || counts_differ(pair, &engine_counts) ? PAIR_DIFFERS : PAIR_SAME;
}
