/* pipeline.c -- the wiring.
 *
 *      records ─┬─ rows of registers ──> register
 *               └─ events ──> engine ──> finding ─┬─> listener (a backtest)
 *                    │                            └─> desk ──> alert sink
 *                    └──> register (accounts and SIM cards, in order)
 *
 * Of the memory that the command allows, three quarters are the engine's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/pipeline.h"

static enum status take_finding(void *self, const struct finding *finding)
{
    struct pipeline *pipeline = self;
    if (pipeline->listener.take != NULL)
        TRY(pipeline->listener.take(pipeline->listener.self, finding));
    return pipeline->to_desk.take(pipeline->to_desk.self, finding);
}

static bool wants(const struct finding_sink *sink, const struct finding *finding)
{
    return sink->take != NULL && (sink->wants == NULL || sink->wants(sink->self, finding));
}

static bool wants_finding(void *self, const struct finding *finding)
{
    const struct pipeline *pipeline = self;
    return wants(&pipeline->listener, finding) || wants(&pipeline->to_desk, finding);
}

enum status pipeline_open(struct pipeline *pipeline, const struct pipeline_options *options,
                          struct arena *boot)
{
    *pipeline = (struct pipeline){.listener = options->listener};
    TRY(registry_create(&pipeline->registry, options->memory_max / 8, boot));
    TRY(alert_desk_create(&pipeline->desk, options->set, options->memory_max / 8, options->alerts,
                          boot));
    pipeline->to_desk = alert_desk_sink(pipeline->desk);
    struct engine_options engine = {
        .set = options->set,
        .registry = pipeline->registry,
        .threads = options->threads,
        .memory_max = options->memory_max / 4 * 3,
        .zone_minutes = options->zone_minutes,
        .findings = {.take = take_finding, .self = pipeline, .wants = wants_finding},
    };
    return engine_create(&pipeline->engine, &engine, boot);
}

static size_t run_of_group(const struct record *records, size_t count)
{
    enum record_group group = kind_schema(records->kind)->group;
    size_t run = 1;
    while (run < count && kind_schema(records[run].kind)->group == group)
        run++;
    return run;
}

enum status pipeline_take(struct pipeline *pipeline, const struct record *records, size_t count)
{
    while (count != 0) {
        size_t run = run_of_group(records, count);
        switch (kind_schema(records->kind)->group) {
        case GROUP_EVENT:
            TRY(engine_take(pipeline->engine, records, run));
            break;
        case GROUP_REGISTER:
            for (size_t i = 0; i < run; i++)
                TRY(registry_take(pipeline->registry, &records[i]));
            break;
        case GROUP_TRUTH:
            break;
        }
        records += run;
        count -= run;
    }
    return STATUS_OK;
}

void pipeline_count(const struct pipeline *pipeline, struct pipeline_counts *out)
{
    engine_count(pipeline->engine, &out->engine);
    alert_desk_count(pipeline->desk, &out->desk);
}

void pipeline_close(struct pipeline *pipeline)
{
    if (pipeline->engine != NULL)
        engine_destroy(pipeline->engine);
    if (pipeline->desk != NULL)
        alert_desk_destroy(pipeline->desk);
    if (pipeline->registry != NULL)
        registry_destroy(pipeline->registry);
}

/* ---- memory as bytes ---- */

enum { PIPELINE_FORM = 1 };

static const struct slice WHAT_IT_IS = {"cutline memory", 14};

enum status pipeline_export(const struct pipeline *pipeline, struct dump_sink sink)
{
    struct dump dump; /* a block and little more: it stands on the stack */
    dump_init(&dump, sink);
    dump_text(&dump, WHAT_IT_IS);
    dump_u8(&dump, PIPELINE_FORM);
    TRY(registry_export(pipeline->registry, &dump));
    engine_export(pipeline->engine, &dump);
    alert_desk_export(pipeline->desk, &dump);
    return dump_end(&dump);
}

enum status pipeline_import(struct pipeline *pipeline, struct undump_source source, unsigned parts,
                            struct engine_taken *taken)
{
    struct undump undump;
    struct slice what;
    undump_init(&undump, source);
    TRY(undump_text(&undump, &what));
    if (!slice_equal(what, WHAT_IT_IS))
        return STATUS_MALFORMED;
    TRY(undump_expect(&undump, PIPELINE_FORM));
    TRY(registry_import(parts & PIPELINE_REGISTRY ? pipeline->registry : NULL, &undump));
    TRY(engine_import(parts & PIPELINE_ENGINE ? pipeline->engine : NULL, &undump, taken));
    TRY(alert_desk_import(parts & PIPELINE_DESK ? pipeline->desk : NULL, &undump));
    return undump_end(&undump);
}
