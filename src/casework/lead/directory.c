/* directory.c -- the directory, read strictly; asked by walking its entries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/directory.h"

#include "ground/limits.h"
#include "ground/outline.h"

enum { WORD_MAX = 63, REGION_MAX = 12, KEYS_MAX = 4 };

/* clang-format off */
enum complaint {
#define COMPLAINT(name, en, zh) COMPLAINT_##name,
#include "casework/lead/complaints.inc"
#undef COMPLAINT
};
/* clang-format on */
static const struct saying COMPLAINTS[] = {
#define COMPLAINT(name, en, zh) {{(en), (zh)}},
#include "casework/lead/complaints.inc"
#undef COMPLAINT
};

struct police {
    struct slice region, organisation;
};

struct directory {
    unsigned carriers_count, police_count, pushers_count;
    struct directory_carrier carrier[DIRECTORY_ENTRIES_MAX];
    struct police police[DIRECTORY_ENTRIES_MAX];
    struct slice pusher[DIRECTORY_ENTRIES_MAX];
};

struct reading {
    const struct outline *outline;
    struct directory *directory;
    struct arena *boot;
};

static enum status complain(const struct reading *reading, outline_node node,
                            enum complaint complaint)
{
    return outline_complain(reading->outline, node, COMPLAINTS[complaint]);
}

/* Empty if it is not there. */
static enum status word_read(const struct reading *reading, outline_node node, struct slice *out)
{
    if (node < 0)
        return STATUS_OK;
    struct slice word = outline_text(reading->outline, node);
    bool fine = outline_type(reading->outline, node) == OUTLINE_TEXT && word.size != 0 &&
                word.size <= WORD_MAX;
    for (size_t i = 0; fine && i < word.size; i++) {
        char c = word.at[i];
        fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    }
    return fine ? slice_copy(reading->boot, word, out) : complain(reading, node, COMPLAINT_word);
}

static enum status region_read(const struct reading *reading, outline_node node, struct slice *out)
{
    if (node < 0)
        return STATUS_OK;
    struct slice region = outline_text(reading->outline, node);
    bool fine = outline_type(reading->outline, node) == OUTLINE_TEXT && region.size >= 2 &&
                region.size <= REGION_MAX;
    for (size_t i = 0; fine && i < region.size; i++)
        fine = region.at[i] >= '0' && region.at[i] <= '9';
    return fine ? slice_copy(reading->boot, region, out)
                : complain(reading, node, COMPLAINT_region);
}

static enum status carrier_read(const struct reading *reading, outline_node item)
{
    static const struct slice KEYS[] = {
        {"carrier", 7}, {"region", 6}, {"organisation", 12}, {"partner", 7}};
    struct directory *directory = reading->directory;
    struct directory_carrier carrier = {0};
    outline_node node[KEYS_MAX];
    TRY(outline_keys(reading->outline, item, KEYS, 4, node));
    TRY(word_read(reading, node[0], &carrier.carrier));
    TRY(region_read(reading, node[1], &carrier.region));
    TRY(word_read(reading, node[2], &carrier.organisation));
    TRY(word_read(reading, node[3], &carrier.partner));
    if (carrier.carrier.size == 0 || (carrier.organisation.size == 0 && carrier.partner.size == 0))
        return complain(reading, item, COMPLAINT_carrier_need);
    for (unsigned i = 0; i < directory->carriers_count; i++)
        if (slice_equal(directory->carrier[i].carrier, carrier.carrier) &&
            slice_equal(directory->carrier[i].region, carrier.region))
            return complain(reading, item, COMPLAINT_twice);
    if (directory->carriers_count == DIRECTORY_ENTRIES_MAX)
        return complain(reading, item, COMPLAINT_many);
    directory->carrier[directory->carriers_count++] = carrier;
    return STATUS_OK;
}

static enum status police_read(const struct reading *reading, outline_node item)
{
    static const struct slice KEYS[] = {{"region", 6}, {"organisation", 12}};
    struct directory *directory = reading->directory;
    struct police police = {0};
    outline_node node[KEYS_MAX];
    TRY(outline_keys(reading->outline, item, KEYS, 2, node));
    TRY(region_read(reading, node[0], &police.region));
    TRY(word_read(reading, node[1], &police.organisation));
    if (police.region.size == 0 || police.organisation.size == 0)
        return complain(reading, item, COMPLAINT_police_need);
    for (unsigned i = 0; i < directory->police_count; i++)
        if (slice_equal(directory->police[i].region, police.region))
            return complain(reading, item, COMPLAINT_twice);
    if (directory->police_count == DIRECTORY_ENTRIES_MAX)
        return complain(reading, item, COMPLAINT_many);
    directory->police[directory->police_count++] = police;
    return STATUS_OK;
}

static enum status pusher_read(const struct reading *reading, outline_node item)
{
    static const struct slice KEYS[] = {{"partner", 7}};
    struct directory *directory = reading->directory;
    struct slice partner = {0};
    outline_node node[KEYS_MAX];
    TRY(outline_keys(reading->outline, item, KEYS, 1, node));
    TRY(word_read(reading, node[0], &partner));
    if (partner.size == 0)
        return complain(reading, item, COMPLAINT_pusher_need);
    if (directory_may_push(directory, partner))
        return complain(reading, item, COMPLAINT_twice);
    if (directory->pushers_count == DIRECTORY_ENTRIES_MAX)
        return complain(reading, item, COMPLAINT_many);
    directory->pusher[directory->pushers_count++] = partner;
    return STATUS_OK;
}

static enum status each(const struct reading *reading, outline_node list,
                        enum status (*take)(const struct reading *reading, outline_node item))
{
    if (list < 0)
        return STATUS_OK;
    TRY(outline_want(reading->outline, list, OUTLINE_LIST));
    for (unsigned i = 0; i < outline_count(reading->outline, list); i++)
        TRY(take(reading, outline_item(reading->outline, list, i)));
    return STATUS_OK;
}

static enum status read_all(const struct reading *reading)
{
    static const struct slice KEYS[] = {
        {"directory", 9}, {"carriers", 8}, {"police", 6}, {"pushers", 7}};
    outline_node node[KEYS_MAX];
    outline_node root = outline_root(reading->outline);
    TRY(outline_keys(reading->outline, root, KEYS, 4, node));
    if (node[0] < 0 || !slice_equal(outline_text(reading->outline, node[0]), SLICE("1")))
        return complain(reading, node[0] < 0 ? root : node[0], COMPLAINT_version);
    TRY(each(reading, node[1], carrier_read));
    TRY(each(reading, node[2], police_read));
    return each(reading, node[3], pusher_read);
}

enum status directory_read(struct directory **out, const char *path, struct slice text,
                           struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct directory *directory;
    TRY(ARENA_NEW(boot, 1, &directory));
    TRY(outline_open(&outline, path, text, boot, why));
    struct reading reading = {&outline, directory, boot};
    enum status status = read_all(&reading);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = directory;
    return status;
}

const struct directory_carrier *directory_carrier_find(const struct directory *directory,
                                                       struct slice carrier, struct slice region)
{
    const struct directory_carrier *best = NULL;
    for (unsigned i = 0; i < directory->carriers_count; i++) {
        const struct directory_carrier *entry = &directory->carrier[i];
        if (!slice_equal(entry->carrier, carrier) || !slice_starts(region, entry->region))
            continue;
        if (best == NULL || entry->region.size > best->region.size)
            best = entry;
    }
    return best;
}

struct slice directory_police_find(const struct directory *directory, struct slice region)
{
    const struct police *best = NULL;
    for (unsigned i = 0; i < directory->police_count; i++) {
        const struct police *entry = &directory->police[i];
        if (!slice_starts(region, entry->region))
            continue;
        if (best == NULL || entry->region.size > best->region.size)
            best = entry;
    }
    return best == NULL ? SLICE("") : best->organisation;
}

bool directory_may_push(const struct directory *directory, struct slice partner)
{
    for (unsigned i = 0; i < directory->pushers_count; i++)
        if (slice_equal(directory->pusher[i], partner))
            return true;
    return false;
}
