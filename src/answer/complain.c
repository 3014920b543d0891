/* complain.c -- how the files of this room are read strictly, and complained about. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/complain.h"

static const struct saying COMPLAINTS[] = {
#define COMPLAINT(name, en, zh) {{(en), (zh)}},
#include "answer/complaints.inc"
#undef COMPLAINT
};

enum status answer_complain(const struct outline *outline, outline_node node,
                            enum answer_complaint complaint)
{
    return outline_complain(outline, node, COMPLAINTS[complaint]);
}

enum status answer_keys(const struct outline *outline, outline_node map, const char *const *keys,
                        unsigned count, outline_node *node)
{
    struct slice known[32];
    must(count <= sizeof known / sizeof known[0]);
    for (unsigned k = 0; k < count; k++)
        known[k] = slice_of(keys[k]);
    return outline_keys(outline, map, known, count, node);
}

enum status answer_whole(const struct outline *outline, outline_node node, int64_t *out)
{
    enum { MOST = 10000000 };
    struct slice text = outline_text(outline, node);
    int64_t number = 0;
    bool fine = outline_type(outline, node) == OUTLINE_TEXT && text.size != 0 && text.size <= 8;
    for (size_t i = 0; fine && i < text.size; i++) {
        fine = text.at[i] >= '0' && text.at[i] <= '9';
        number = number * 10 + (text.at[i] - '0');
    }
    if (!fine || number < 1 || number > MOST)
        return answer_complain(outline, node, ANSWER_COMPLAINT_number_form);
    *out = number;
    return STATUS_OK;
}

enum status answer_yes(const struct outline *outline, outline_node node, bool *out)
{
    struct slice text = outline_text(outline, node);
    bool yes = slice_equal(text, SLICE("yes"));
    if (outline_type(outline, node) != OUTLINE_TEXT || (!yes && !slice_equal(text, SLICE("no"))))
        return answer_complain(outline, node, ANSWER_COMPLAINT_yes_form);
    *out = yes;
    return STATUS_OK;
}

enum status answer_beside(const char *path, struct slice file, struct arena *boot,
                          struct slice *out)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash == NULL || file.at[0] == '/' ? 0 : (size_t)(slash - path) + 1;
    char *bytes;
    TRY(arena_take(boot, folder + file.size + 1, (void **)&bytes));
    memcpy(bytes, path, folder);
    memcpy(bytes + folder, file.at, file.size);
    *out = (struct slice){bytes, folder + file.size};
    return STATUS_OK;
}
