/* policy.c -- terms for orders, read strictly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/policy.h"

#include "ground/checksum.h"
#include "ground/disk.h"
#include "teller/yaml.h"

#include <stdlib.h>

enum { PERSONS_BYTES_MAX = 4 << 20, MOST = 1000000000 };
enum { SECOND_OF_CORE = 1000, MINUTE_OF_CORE = 60000 }; /* how long banks take, in issue 5 */

enum key {
    KEY_orders,
    KEY_from,
    KEY_books,
    KEY_by,
    KEY_person_above,
    KEY_persons,
    KEY_slack_seconds,
    KEY_a_minute,
    KEY_core,
    KEYS_COUNT
};
static const char *const KEYS[KEYS_COUNT] = {"orders",       "from",    "books",         "by",
                                             "person_above", "persons", "slack_seconds", "a_minute",
                                             "core"};

enum core_key {
    CORE_KEY_way,
    CORE_KEY_folder,
    CORE_KEY_url,
    CORE_KEY_seed,
    CORE_KEY_delay_min_ms,
    CORE_KEY_delay_max_ms,
    CORE_KEY_refuses,
    CORE_KEY_loses,
    CORE_KEYS_COUNT
};
static const char *const CORE_KEYS[CORE_KEYS_COUNT] = {
    "way", "folder", "url", "seed", "delay_min_ms", "delay_max_ms", "refuses", "loses"};

struct reading {
    struct outline *outline;
    struct stop_policy *policy;
    struct arena *boot;
};

static enum status askers_take(const struct reading *reading, outline_node list)
{
    struct stop_policy *policy = reading->policy;
    policy->askers_count = outline_count(reading->outline, list);
    if (policy->askers_count > POLICY_ASKERS_MAX)
        return teller_complain(reading->outline, list, TELLER_COMPLAINT_many);
    for (unsigned i = 0; i < policy->askers_count; i++)
        TRY(teller_text(reading->outline, outline_item(reading->outline, list, i), reading->boot,
                        &policy->asker[i]));
    return STATUS_OK;
}

static int hash_order(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;
    return (one > two) - (one < two);
}

static enum status persons_take(const struct reading *reading, outline_node node)
{
    struct stop_policy *policy = reading->policy;
    struct slice path, bytes;
    enum disk_fault fault;
    if (node < 0)
        return STATUS_OK;
    TRY(teller_path(reading->outline, node, reading->boot, &path));
    if (disk_read_all(path.at, PERSONS_BYTES_MAX, reading->boot, &bytes, &fault) != STATUS_OK)
        return teller_complain(reading->outline, node, TELLER_COMPLAINT_file);
    TRY(ARENA_NEW(reading->boot, POLICY_PERSONS_MAX, &policy->persons));
    while (bytes.size != 0) {
        const char *end = memchr(bytes.at, '\n', bytes.size);
        size_t size = end == NULL ? bytes.size : (size_t)(end - bytes.at);
        struct slice line = {bytes.at, size};
        while (line.size != 0 && (unsigned char)line.at[line.size - 1] <= ' ')
            line.size--;
        if (policy->persons_count == POLICY_PERSONS_MAX)
            return teller_complain(reading->outline, node, TELLER_COMPLAINT_many);
        if (line.size != 0)
            policy->persons[policy->persons_count++] = hash_bytes(line);
        size += end != NULL;
        bytes = (struct slice){bytes.at + size, bytes.size - size};
    }
    qsort(policy->persons, policy->persons_count, sizeof *policy->persons, hash_order);
    return STATUS_OK;
}

static enum status core_take(const struct reading *reading, outline_node map)
{
    static const char *const WAYS[] = {"none", "simulated", "folder", "http"};
    struct stop_policy *policy = reading->policy;
    const struct outline *outline = reading->outline;
    outline_node node[CORE_KEYS_COUNT];
    unsigned way = 0;
    TRY(teller_keys(outline, map, CORE_KEYS, CORE_KEYS_COUNT, node));
    if (node[CORE_KEY_way] < 0)
        return teller_complain(outline, map, TELLER_COMPLAINT_missing);
    while (way < 4 && !slice_equal(outline_text(outline, node[CORE_KEY_way]), slice_of(WAYS[way])))
        way++;
    if (way == 4)
        return teller_complain(outline, node[CORE_KEY_way], TELLER_COMPLAINT_way);
    policy->core = (enum core_way)way;
    TRY(teller_path(outline, node[CORE_KEY_folder], reading->boot, &policy->core_folder));
    TRY(teller_text(outline, node[CORE_KEY_url], reading->boot, &policy->core_url));
    TRY(teller_whole(outline, node[CORE_KEY_seed], MOST, &policy->core_seed));
    TRY(teller_whole(outline, node[CORE_KEY_delay_min_ms], MOST, &policy->core_delay_min_ms));
    TRY(teller_whole(outline, node[CORE_KEY_delay_max_ms], MOST, &policy->core_delay_max_ms));
    TRY(teller_whole(outline, node[CORE_KEY_refuses], 1000, &policy->core_refuses));
    TRY(teller_whole(outline, node[CORE_KEY_loses], 1000, &policy->core_loses));
    if ((policy->core == CORE_FOLDER && policy->core_folder.size == 0) ||
        (policy->core == CORE_HTTP && policy->core_url.size == 0))
        return teller_complain(outline, map, TELLER_COMPLAINT_missing);
    return policy->core_delay_min_ms > policy->core_delay_max_ms
               ? teller_complain(outline, map, TELLER_COMPLAINT_number)
               : STATUS_OK;
}

static enum status by_take(const struct reading *reading, outline_node node)
{
    struct slice by = outline_text(reading->outline, node);
    reading->policy->by_person = slice_equal(by, SLICE("person"));
    return reading->policy->by_person || slice_equal(by, SLICE("machine"))
               ? STATUS_OK
               : teller_complain(reading->outline, node, TELLER_COMPLAINT_by);
}

static enum status all_take(const struct reading *reading)
{
    const struct outline *outline = reading->outline;
    struct stop_policy *policy = reading->policy;
    outline_node node[KEYS_COUNT], root = outline_root(outline);
    int64_t slack_s = 60;
    TRY(teller_keys(outline, root, KEYS, KEYS_COUNT, node));
    if (node[KEY_orders] < 0 || !slice_equal(outline_text(outline, node[KEY_orders]), SLICE("1")))
        return teller_complain(outline, node[KEY_orders] < 0 ? root : node[KEY_orders],
                               TELLER_COMPLAINT_orders_version);
    if (node[KEY_from] < 0 || node[KEY_books] < 0 || node[KEY_by] < 0 || node[KEY_core] < 0)
        return teller_complain(outline, root, TELLER_COMPLAINT_missing);
    policy->person_above = -1;
    policy->a_minute = 60;
    policy->core_delay_min_ms = SECOND_OF_CORE;
    policy->core_delay_max_ms = MINUTE_OF_CORE;
    TRY(askers_take(reading, node[KEY_from]));
    TRY(teller_path(outline, node[KEY_books], reading->boot, &policy->books));
    TRY(by_take(reading, node[KEY_by]));
    TRY(teller_whole(outline, node[KEY_person_above], INT64_MAX / 2, &policy->person_above));
    TRY(persons_take(reading, node[KEY_persons]));
    TRY(teller_whole(outline, node[KEY_slack_seconds], 3600, &slack_s));
    TRY(teller_whole(outline, node[KEY_a_minute], MOST, &policy->a_minute));
    policy->slack_ms = slack_s * 1000;
    return core_take(reading, node[KEY_core]);
}

enum status stop_policy_read(struct stop_policy *out, const char *path, struct slice text,
                             struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct stop_policy policy = {0};
    TRY(outline_open(&outline, path, text, boot, why));
    const struct reading reading = {&outline, &policy, boot};
    enum status status = all_take(&reading);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = policy;
    return status;
}

bool stop_policy_takes(const struct stop_policy *policy, struct slice asker)
{
    for (unsigned i = 0; i < policy->askers_count; i++)
        if (slice_equal(policy->asker[i], asker))
            return true;
    return false;
}

bool stop_policy_wants_person(const struct stop_policy *policy, struct slice account,
                              int64_t amount)
{
    uint64_t hash = hash_bytes(account);
    if (policy->by_person || policy->core == CORE_NONE)
        return true;
    if (policy->person_above >= 0 && amount > policy->person_above)
        return true;
    return policy->persons_count != 0 &&
           bsearch(&hash, policy->persons, policy->persons_count, sizeof hash, hash_order) != NULL;
}
