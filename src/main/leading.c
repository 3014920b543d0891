/* leading.c -- leads in a running service: number plan, directory and clocks from the
 * configuration and the law, letters through the service's outbox. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "leading.h"

#include "leads.h"
#include "paths.h"

enum { WHY_MAX = 2048, ORGANISATIONS_MAX = 512, SCRATCH_BYTES = 8 << 20 };

struct leading {
    struct service *service;
    struct leads_mail mail;
    struct lead *lead;
    struct plan_desk *plan;
    struct store *reader;
    struct arena *scratch;
    bool home_known;
};

/* A clock of the law in force; otherwise the proposal of domain.md 5.1. */
static int64_t span_of(const struct service *service, const char *name, int64_t otherwise)
{
    int64_t span = otherwise;
    const struct law_pack *pack = law_named(&service->law, SLICE("cutline-defaults-2026"));
    if (pack == NULL || law_span_ms(pack, name, &span, NULL) != STATUS_OK)
        return otherwise;
    return span;
}

static enum status plan_open(struct leading *leading, struct text why[TONGUES_COUNT])
{
    struct service *service = leading->service;
    char bytes[PATH_MAX];
    struct text shipped = text_over(bytes, sizeof bytes);
    const char *folder = service->config.lead_plan.size != 0    ? service->config.lead_plan.at
                         : path_shipped("numberplan", &shipped) ? bytes
                                                                : NULL;
    return folder == NULL ? STATUS_OK : plan_desk_open(&leading->plan, folder, service->boot, why);
}

static enum status lead_make(struct leading *leading, struct text why[TONGUES_COUNT])
{
    struct service *service = leading->service;
    struct slice directory = service->config.lead_directory;
    struct lead_options options = {
        .store = service->store,
        .plan = leading->plan,
        .directory = directory.size == 0 ? NULL : directory.at,
        .post = leads_post_of(&leading->mail),
        .home = SLICE(""),
        .home_country = service->config.home_country,
        .request_ms = span_of(service, "lead.request", 2 * MINUTE_MS),
        .answer_ms = span_of(service, "lead.benchmark", 3 * MINUTE_MS),
        .late_ms = span_of(service, "lead.alarm", 10 * MINUTE_MS),
        .window_ms = service->config.lead_window,
        .kept_cleared_ms = span_of(service, "retention.cleared_check", 7 * DAY_MS),
        .kept_other_ms = service->config.work_retention,
    };
    struct digest key = secret_digest(&service->access_keys.totp, "signs of leads", SLICE(""));
    memcpy(options.key.bytes, key.bytes, SECRET_SIZE);
    enum status status = lead_create(&leading->lead, &options, service->boot, why);
    secret_wipe(&options.key, sizeof options.key);
    return status;
}

enum status leading_open(struct leading **out, struct service *service, struct text *said)
{
    static char bytes[TONGUES_COUNT][WHY_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    struct leading *leading;
    TRY(ARENA_NEW(service->boot, 1, &leading));
    leading->service = service;
    leading->mail.clock = service->clock;
    TRY(arena_create(&leading->scratch, SCRATCH_BYTES));
    TRY(store_open_reader(&leading->reader, service->store_path, service->boot, said));
    enum status status = plan_open(leading, why);
    if (status == STATUS_OK)
        status = lead_make(leading, why);
    if (status != STATUS_OK) {
        text_add(said, text_slice(&why[service->command->tongue]));
        return status;
    }
    leading->mail.lead = leading->lead;
    letters_plug(service, leads_plug_of(&leading->mail));
    *out = leading;
    return STATUS_OK;
}

unsigned leading_plugs(struct leading *leading, struct work_plug *out)
{
    lead_plugs(leading->lead, out);
    return LEAD_PLUGS_COUNT;
}

void leading_start(struct leading *leading, struct work *work)
{
    lead_start(leading->lead, work);
}

/* Once somebody has enrolled, and once the outbox is there. */
void leading_turn(struct leading *leading)
{
    struct access_organisation *all;
    size_t count = ORGANISATIONS_MAX;
    leading->mail.partners = leading->service->partners;
    leading->mail.outbox = leading->service->outbox;
    if (leading->home_known)
        return;
    arena_reset(leading->scratch);
    if (ARENA_NEW(leading->scratch, count, &all) != STATUS_OK ||
        access_organisations(leading->reader, SLICE(""), SLICE(""), leading->scratch, all,
                             &count) != STATUS_OK)
        return;
    for (size_t i = 0; i < count && !leading->home_known; i++) {
        if (!all[i].home)
            continue;
        lead_at_home(leading->lead, slice_of(all[i].id));
        leading->home_known = true;
    }
}

void leading_law(struct leading *leading)
{
    const struct service *service = leading->service;
    lead_clocks(leading->lead, span_of(service, "lead.request", 2 * MINUTE_MS),
                span_of(service, "lead.benchmark", 3 * MINUTE_MS),
                span_of(service, "lead.alarm", 10 * MINUTE_MS));
    lead_kept(leading->lead, span_of(service, "retention.cleared_check", 7 * DAY_MS));
}

struct lead *leading_lead(struct leading *leading)
{
    return leading->lead;
}

void leading_close(struct leading *leading)
{
    if (leading == NULL)
        return;
    lead_destroy(leading->lead);
    plan_desk_close(leading->plan);
    store_close(leading->reader);
    arena_destroy(leading->scratch);
}
