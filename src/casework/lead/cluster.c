/* cluster.c -- what leads have in common, and where they then stand together.
 *
 *   answer ─ signs (house, cell, device, holder, outlet; keyed digests) ─> lead_sign
 *          ─ others with the same sign in the window ─┬─ none: single
 *                                                     ├─ one stands at an open site: join it
 *                                                     └─ else: a new site for all of them
 *
 * Invariants:  1. A lead stands at one open site at most.  One that points to two sites joins the
 *                 older, and both are linked.
 *              2. The reasons name the sign and the other lead, and no value.
 *              3. Only leads of one owner are put together: nobody learns of another's leads.
 * Not chosen:  degrees of likeness.  A sign is the same or it is not; whoever reads the reasons can
 *              check them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/lead_inside.h"
#include "casework/lead/place.h"

enum { SIGN_TEXT_MAX = 1024, IMEI_COMPARED = 14, KEY_SIZE = 16 };

static const char *const SIGNS[SIGNS_COUNT] = {
#define SIGN(name, relation, en, zh) #name,
#include "casework/lead/signs.inc"
#undef SIGN
};
static const char *const RELATIONS[SIGNS_COUNT] = {
#define SIGN(name, relation, en, zh) #relation,
#include "casework/lead/signs.inc"
#undef SIGN
};
static const struct saying SIGNS_SAY[SIGNS_COUNT] = {
#define SIGN(name, relation, en, zh) {{(en), (zh)}},
#include "casework/lead/signs.inc"
#undef SIGN
};

struct other {
    char lead[WORK_ID_SIZE];
    enum sign sign;
};

struct cluster {
    struct lead *lead;
    const struct work_item *item;
    struct arena *request;
    moment now;
    unsigned others_count;
    struct other other[CLUSTER_OTHERS_MAX];
};

/* ---- signs ---- */

/* The value that two leads must share; false: there is none. */
static bool sign_text(const struct work_item *item, enum sign sign, struct text *text)
{
    struct slice imei = work_value_of(item, "imei");
    switch (sign) {
    case SIGN_place:
        return text_add_place_key(text, work_value_of(item, "place"),
                                  work_value_of(item, "address"));
    case SIGN_cell:
        text_add(text, work_value_of(item, "cell"));
        return text->size != 0;
    case SIGN_device:
        if (imei.size < IMEI_COMPARED)
            return false;
        text_add(text, (struct slice){imei.at, IMEI_COMPARED});
        return true;
    case SIGN_holder:
        text_add(text, work_value_of(item, "holder_key"));
        return text->size != 0;
    case SIGN_outlet:
        text_add(text, work_value_of(item, "outlet"));
        return text->size != 0;
    case SIGNS_COUNT:
        break;
    }
    return false;
}

static bool sign_digest(const struct lead *lead, const struct work_item *item, enum sign sign,
                        struct digest *out)
{
    char bytes[SIGN_TEXT_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    if (!sign_text(item, sign, &text) || text.full)
        return false;
    *out = secret_digest(&lead->options.key, SIGNS[sign], text_slice(&text));
    return true;
}

static bool known_already(const struct cluster *cluster, struct slice id)
{
    for (unsigned i = 0; i < cluster->others_count; i++)
        if (slice_equal(slice_of(cluster->other[i].lead), id))
            return true;
    return false;
}

static enum status others_read(struct cluster *cluster, enum sign sign, struct slice digest)
{
    const struct work_item *item = cluster->item;
    int64_t since = cluster->now.ms - cluster->lead->options.window_ms;
    const struct store_value key[] = {STORE_OF_WHOLE(sign), STORE_OF_BYTES(digest),
                                      STORE_OF_TEXT(slice_of(item->owner)), STORE_OF_WHOLE(since),
                                      STORE_OF_TEXT(slice_of(item->id))};
    struct store_rows *rows;
    struct store_value row[1];
    TRY(store_query(cluster->lead->options.store,
                    "SELECT lead FROM lead_sign WHERE sign = ?1 AND digest = ?2 AND owner = ?3 AND "
                    "at >= ?4 AND lead <> ?5 ORDER BY at",
                    key, 5, &rows));
    enum status status = store_next(rows, row, 1);
    while (status == STATUS_OK && cluster->others_count < CLUSTER_OTHERS_MAX) {
        if (row[0].bytes.size < WORK_ID_SIZE && !known_already(cluster, row[0].bytes)) {
            struct other *other = &cluster->other[cluster->others_count++];
            *other = (struct other){.sign = sign};
            memcpy(other->lead, row[0].bytes.at, row[0].bytes.size);
        }
        status = store_next(rows, row, 1);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status signs_put(struct cluster *cluster)
{
    const struct work_item *item = cluster->item;
    for (unsigned s = 0; s < SIGNS_COUNT; s++) {
        struct digest digest;
        if (!sign_digest(cluster->lead, item, (enum sign)s, &digest))
            continue;
        struct slice key = {(const char *)digest.bytes, KEY_SIZE};
        const struct store_value row[] = {
            STORE_OF_WHOLE(s), STORE_OF_BYTES(key), STORE_OF_TEXT(slice_of(item->owner)),
            STORE_OF_WHOLE(cluster->now.ms), STORE_OF_TEXT(slice_of(item->id))};
        TRY(others_read(cluster, (enum sign)s, key));
        TRY(store_run(cluster->lead->options.store,
                      "INSERT INTO lead_sign (sign, digest, owner, at, lead) VALUES (?1, ?2, ?3, "
                      "?4, ?5) ON CONFLICT DO NOTHING",
                      row, 5));
    }
    return STATUS_OK;
}

/* ---- sites ---- */

/* The open site at which the lead stands; empty: none. */
static enum status site_of(struct lead *lead, const char *id, struct arena *request,
                           struct slice *out)
{
    const struct store_value key = STORE_OF_TEXT(slice_of(id));
    struct store_value row[1];
    *out = SLICE("");
    enum status status =
        store_one(lead->options.store,
                  "SELECT lead_site.site FROM lead_at_site JOIN lead_site ON lead_site.site = "
                  "lead_at_site.site WHERE lead_at_site.lead = ?1 AND lead_at_site.gone = 0 AND "
                  "lead_site.open = 1 LIMIT 1",
                  &key, 1, row, 1, request);
    if (status == STATUS_OK)
        *out = row[0].bytes;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status stands_at(struct lead *lead, struct slice site, const char *id)
{
    const struct store_value row[] = {STORE_OF_TEXT(site), STORE_OF_TEXT(slice_of(id))};
    return store_run(lead->options.store,
                     "INSERT INTO lead_at_site (site, lead, gone) VALUES (?1, ?2, 0) "
                     "ON CONFLICT (site, lead) DO UPDATE SET gone = 0",
                     row, 2);
}

static void add_why(struct text *text, const struct other *other)
{
    text_addf(text,
              "{\"sign\":\"%s\",\"relation\":\"%s\",\"with\":\"%s\",\"en\":\"%s\","
              "\"zh\":\"%s\"}",
              SIGNS[other->sign], RELATIONS[other->sign], other->lead,
              SIGNS_SAY[other->sign].in[TONGUE_EN], SIGNS_SAY[other->sign].in[TONGUE_ZH]);
}

/* Why the lead belongs to the others; with `only`, to that one. */
static enum status why_text(const struct cluster *cluster, const struct other *only,
                            struct slice *out)
{
    enum { EACH = 256 };
    char *bytes;
    size_t size = (size_t)(cluster->others_count + 1) * EACH;
    TRY(arena_take(cluster->request, size, (void **)&bytes));
    struct text text = text_over(bytes, size);
    text_add_char(&text, '[');
    for (unsigned i = 0; only == NULL && i < cluster->others_count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        add_why(&text, &cluster->other[i]);
    }
    if (only != NULL)
        add_why(&text, only);
    text_add_char(&text, ']');
    must(!text.full);
    *out = text_slice(&text);
    return STATUS_OK;
}

static enum status leads_text(struct lead *lead, struct slice site, struct arena *request,
                              struct slice *out, struct slice *count)
{
    enum { EACH = 48, HEAD = 64 };
    const struct store_value key = STORE_OF_TEXT(site);
    struct store_rows *rows;
    struct store_value row[1];
    char *bytes, *digits;
    unsigned leads = 0;
    TRY(arena_take(request, (size_t)CLUSTER_LEADS_TOLD * EACH + HEAD, (void **)&bytes));
    TRY(arena_take(request, HEAD, (void **)&digits));
    struct text text = text_over(bytes, (size_t)CLUSTER_LEADS_TOLD * EACH + HEAD);
    text_add_char(&text, '[');
    TRY(store_query(lead->options.store,
                    "SELECT lead FROM lead_at_site WHERE site = ?1 AND gone = 0 ORDER BY lead",
                    &key, 1, &rows));
    enum status status = store_next(rows, row, 1);
    for (; status == STATUS_OK; status = store_next(rows, row, 1)) {
        if (leads < CLUSTER_LEADS_TOLD)
            text_addf(&text, "%s{\"lead\":\"%.*s\"}", leads == 0 ? "" : ",", (int)row[0].bytes.size,
                      row[0].bytes.at);
        leads++;
    }
    store_end(rows);
    text_add_char(&text, ']');
    struct text number = text_over(digits, HEAD);
    text_add_whole(&number, leads);
    *out = text_slice(&text);
    *count = text_slice(&number);
    return status == STATUS_END ? STATUS_OK : status;
}

/* What a site is told of a lead: where to look. */
static unsigned where_to_look(const struct work_item *item, struct work_value *value)
{
    static const char *const FIELDS[] = {"address", "place", "cell", "outlet"};
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        struct slice known = work_value_of(item, FIELDS[i]);
        if (known.size != 0)
            value[count++] = lead_value(&SITE_TASK, FIELDS[i], known);
    }
    return count;
}

static enum status site_open(struct cluster *cluster, struct slice why, struct slice *out)
{
    const struct work_item *item = cluster->item;
    struct lead *lead = cluster->lead;
    struct work_item site;
    struct work_refusal refusal;
    struct work_value value[8];
    char bytes[64];
    bool joined;
    unsigned count = where_to_look(item, value);
    struct text source = text_over(bytes, sizeof bytes);
    text_addf(&source, "site of %s at %lld", item->id, (long long)item->version);
    value[count++] = lead_value(&SITE_TASK, "why", why);
    struct work_draft draft = {
        .kind = &SITE_TASK,
        .owner = slice_of(item->owner),
        .place = work_value_of(item, "place"),
        .priority = item->priority + 50,
        .detected = item->detected,
        .value = value,
        .values_count = count,
        .source = text_slice(&source),
        .parent = item->id,
    };
    TRY(work_add(lead->work, &draft, cluster->request, &refusal, &site, &joined));
    TRY(slice_copy(cluster->request, slice_of(site.id), out));
    const struct store_value row[] = {STORE_OF_TEXT(*out), STORE_OF_TEXT(slice_of(item->owner))};
    atomic_fetch_add(&lead->sites, 1);
    return store_run(lead->options.store,
                     "INSERT INTO lead_site (site, owner, open) VALUES (?1, ?2, 1)", row, 2);
}

/* The lead stands at the site now. */
static enum status lead_joins(struct cluster *cluster, const char *id, struct slice site,
                              struct slice why)
{
    struct lead *lead = cluster->lead;
    bool moved;
    const struct work_value value[] = {lead_value(&LEAD_CHECK, "site", site),
                                       lead_value(&LEAD_CHECK, "why", why)};
    TRY(lead_step(lead, id, "found_cluster", value, 2, cluster->request, &moved));
    if (moved)
        return stands_at(lead, site, id);
    /* It stands there already, or somewhere else, or has ended. */
    return lead_step(lead, id, "more_cluster", &value[1], 1, cluster->request, &moved);
}

static enum status site_tell(struct cluster *cluster, struct slice site, struct slice why)
{
    struct work_value value[8];
    struct slice leads, count;
    bool moved;
    unsigned known = 0;
    struct work_item as_it_is;
    TRY(leads_text(cluster->lead, site, cluster->request, &leads, &count));
    TRY(lead_find(cluster->lead, site.at, cluster->request, &as_it_is));
    if (work_value_of(&as_it_is, "address").size == 0)
        known = where_to_look(cluster->item, value);
    value[known++] = lead_value(&SITE_TASK, "leads", leads);
    value[known++] = lead_value(&SITE_TASK, "leads_count", count);
    value[known++] = lead_value(&SITE_TASK, "why", why);
    return lead_step(cluster->lead, site.at, "join", value, known, cluster->request, &moved);
}

static struct slice police_of(struct lead *lead, struct slice place, struct arena *request)
{
    struct slice found = SLICE("");
    (void)pthread_rwlock_rdlock(&lead->lock);
    if (lead->directory != NULL && place.size != 0 &&
        slice_copy(request, directory_police_find(lead->directory, place), &found) != STATUS_OK)
        found = SLICE("");
    (void)pthread_rwlock_unlock(&lead->lock);
    return found;
}

/* To the police of the area; a site that is dispatched already takes the lead into the field. */
static enum status site_dispatch(struct cluster *cluster, struct slice site)
{
    struct work_item item;
    bool moved;
    struct lead *lead = cluster->lead;
    TRY(lead_find(lead, site.at, cluster->request, &item));
    if (item.state != 0)
        return lead_step(lead, cluster->item->id, "to_field", NULL, 0, cluster->request, &moved);
    struct slice police = police_of(lead, work_value_of(&item, "place"), cluster->request);
    if (police.size == 0)
        return STATUS_OK; /* somebody dispatches it by hand */
    struct work_value value = lead_value(&SITE_TASK, "police", police);
    return lead_step(lead, site.at, "dispatch_in", &value, 1, cluster->request, &moved);
}

/* The open site of one of the others, the oldest; the later ones are linked with it. */
static enum status site_choose(struct cluster *cluster, struct slice *out)
{
    *out = SLICE("");
    for (unsigned i = 0; i < cluster->others_count; i++) {
        struct slice site;
        TRY(site_of(cluster->lead, cluster->other[i].lead, cluster->request, &site));
        if (site.size == 0 || slice_equal(site, *out))
            continue;
        if (out->size == 0)
            *out = site;
        else
            TRY(work_link(cluster->lead->work, out->at, site.at, RELATIONS[cluster->other[i].sign],
                          NULL, SLICE("")));
    }
    return STATUS_OK;
}

static enum status gather(struct cluster *cluster)
{
    struct slice site, why;
    TRY(site_choose(cluster, &site));
    TRY(why_text(cluster, NULL, &why));
    if (site.size == 0)
        TRY(site_open(cluster, why, &site));
    else
        atomic_fetch_add(&cluster->lead->joined_sites, 1);
    TRY(lead_joins(cluster, cluster->item->id, site, why));
    for (unsigned i = 0; i < cluster->others_count; i++) {
        struct other back = {.sign = cluster->other[i].sign};
        struct slice its_why;
        memcpy(back.lead, cluster->item->id, sizeof back.lead);
        TRY(why_text(cluster, &back, &its_why));
        TRY(lead_joins(cluster, cluster->other[i].lead, site, its_why));
        TRY(work_link(cluster->lead->work, cluster->item->id, cluster->other[i].lead,
                      RELATIONS[back.sign], NULL, SLICE("")));
    }
    TRY(site_tell(cluster, site, why));
    return site_dispatch(cluster, site);
}

enum status cluster_find(struct lead *lead, const struct work_item *item, moment now,
                         struct arena *request)
{
    struct cluster *cluster;
    TRY(ARENA_NEW(request, 1, &cluster));
    *cluster = (struct cluster){.lead = lead, .item = item, .request = request, .now = now};
    TRY(signs_put(cluster));
    if (cluster->others_count == 0)
        return lead_step(lead, item->id, "found_single", NULL, 0, request, NULL);
    return gather(cluster);
}

enum status cluster_alone(struct lead *lead, const struct work_item *item, struct arena *request)
{
    struct cluster *cluster;
    struct slice site;
    TRY(ARENA_NEW(request, 1, &cluster));
    *cluster = (struct cluster){.lead = lead, .item = item, .request = request};
    TRY(site_open(cluster, SLICE("[]"), &site));
    TRY(lead_joins(cluster, item->id, site, SLICE("[]")));
    TRY(site_tell(cluster, site, SLICE("[]")));
    return site_dispatch(cluster, site);
}

/* ---- leaving ---- */

enum status cluster_close(struct lead *lead, const char *site)
{
    const struct store_value key = STORE_OF_TEXT(slice_of(site));
    return store_run(lead->options.store, "UPDATE lead_site SET open = 0 WHERE site = ?1", &key, 1);
}

enum status cluster_leave(struct lead *lead, const struct work_item *item, struct arena *request)
{
    const struct store_value key = STORE_OF_TEXT(slice_of(item->id));
    struct slice site, leads, count;
    bool moved;
    TRY(site_of(lead, item->id, request, &site));
    TRY(store_run(lead->options.store, "DELETE FROM lead_sign WHERE lead = ?1", &key, 1));
    TRY(store_run(lead->options.store, "UPDATE lead_at_site SET gone = 1 WHERE lead = ?1", &key,
                  1));
    if (site.size == 0)
        return STATUS_OK;
    TRY(leads_text(lead, site, request, &leads, &count));
    if (!slice_equal(count, SLICE("0")))
        return STATUS_OK;
    struct work_value value =
        lead_value(&SITE_TASK, "cancel_reason", SLICE("线索均已排除 | all leads are cleared"));
    return lead_step(lead, site.at, "cancel_in", &value, 1, request, &moved);
}

enum status cluster_each(struct lead *lead, const char *site, struct arena *request,
                         enum status (*take)(struct lead *lead, const char *id, const void *what,
                                             struct arena *request),
                         const void *what)
{
    const struct store_value key = STORE_OF_TEXT(slice_of(site));
    struct store_rows *rows;
    struct store_value row[1];
    char(*id)[WORK_ID_SIZE];
    unsigned count = 0;
    TRY(ARENA_NEW(request, CLUSTER_LEADS_MAX, &id));
    TRY(store_query(lead->options.store,
                    "SELECT lead FROM lead_at_site WHERE site = ?1 AND gone = 0 ORDER BY lead",
                    &key, 1, &rows));
    enum status status = store_next(rows, row, 1);
    for (; status == STATUS_OK && count < CLUSTER_LEADS_MAX; status = store_next(rows, row, 1)) {
        must(row[0].bytes.size < WORK_ID_SIZE);
        memcpy(id[count++], row[0].bytes.at, row[0].bytes.size);
    }
    store_end(rows);
    if (status != STATUS_END)
        return status == STATUS_OK ? STATUS_FULL : status;
    for (unsigned i = 0; i < count; i++)
        TRY(take(lead, id[i], what, request));
    return STATUS_OK;
}
