/* yaml.c -- how the files of this room are read strictly, and complained about. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/yaml.h"

enum { KEYS_MAX = 24, TEXT_MAX = 256 };

static const struct saying COMPLAINTS[] = {
#define COMPLAINT(name, en, zh) {{(en), (zh)}},
#include "teller/complaints.inc"
#undef COMPLAINT
};

enum status teller_complain(const struct outline *outline, outline_node node,
                            enum teller_complaint complaint)
{
    return outline_complain(outline, node, COMPLAINTS[complaint]);
}

enum status teller_keys(const struct outline *outline, outline_node map, const char *const *keys,
                        unsigned count, outline_node *node)
{
    struct slice known[KEYS_MAX];
    must(count <= KEYS_MAX);
    for (unsigned k = 0; k < count; k++)
        known[k] = slice_of(keys[k]);
    return outline_keys(outline, map, known, count, node);
}

enum status teller_text(const struct outline *outline, outline_node node, struct arena *boot,
                        struct slice *out)
{
    *out = SLICE("");
    if (node < 0)
        return STATUS_OK;
    struct slice text = outline_text(outline, node);
    if (outline_type(outline, node) != OUTLINE_TEXT || text.size == 0 || text.size > TEXT_MAX ||
        memchr(text.at, '\0', text.size) != NULL)
        return teller_complain(outline, node, TELLER_COMPLAINT_text);
    return slice_copy(boot, text, out);
}

enum status teller_whole(const struct outline *outline, outline_node node, int64_t most,
                         int64_t *out)
{
    if (node < 0)
        return STATUS_OK;
    struct slice text = outline_text(outline, node);
    bool fine = outline_type(outline, node) == OUTLINE_TEXT && text.size != 0 && text.size <= 15;
    int64_t number = 0;
    for (size_t i = 0; fine && i < text.size; i++) {
        fine = text.at[i] >= '0' && text.at[i] <= '9';
        number = number * 10 + (text.at[i] - '0');
    }
    if (!fine || number > most)
        return teller_complain(outline, node, TELLER_COMPLAINT_number);
    *out = number;
    return STATUS_OK;
}

enum status teller_path(const struct outline *outline, outline_node node, struct arena *boot,
                        struct slice *out)
{
    char *bytes;
    struct slice file;
    TRY(teller_text(outline, node, boot, &file));
    *out = file;
    const char *slash = strrchr(outline->path, '/');
    if (file.size == 0 || file.at[0] == '/' || slash == NULL)
        return STATUS_OK;
    size_t folder = (size_t)(slash - outline->path) + 1;
    TRY(arena_take(boot, folder + file.size + 1, (void **)&bytes));
    memcpy(bytes, outline->path, folder);
    memcpy(bytes + folder, file.at, file.size);
    bytes[folder + file.size] = '\0';
    *out = (struct slice){bytes, folder + file.size};
    return STATUS_OK;
}
