/* rule_fuzz.c -- any bytes as a rule file: the compiler ends, says only UTF-8, and agrees with its
 * formatter about what the text means. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/rule/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 64 << 10, ARENA_MAX = 256 << 20, SHOWN_MAX = 4 << 20 };

static char shown[SHOWN_MAX];

static void show_diags(const struct diags *diags, const struct rule_file *file)
{
    for (uint32_t i = 0; i < diags->count; i++) {
        const struct diag *diag = &diags->diag[i];
        must(diag->where.start <= diag->where.end && diag->where.end <= file->source.size);
        for (unsigned tongue = 0; tongue < TONGUES_COUNT; tongue++) {
            struct text text = text_over(shown, sizeof shown);
            text_add_diag(&text, diag, file, (enum tongue)tongue, tongue == TONGUE_ZH);
            must(!text.full && utf8_valid(text_slice(&text)));
        }
        struct text json = text_over(shown, sizeof shown);
        text_add_diag_json(&json, diag, file);
        must(!json.full && utf8_valid(text_slice(&json)));
    }
}

static const struct memory_cost MEMORY[PROFILES_MAX]; /* bytes that nobody knows here */

static void show_set(const struct rule_set *set)
{
    for (unsigned tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct text text = text_over(shown, sizeof shown);
        text_add_explanation(&text, set, NULL, (enum tongue)tongue);
        text_add_costs(&text, set, MEMORY, (enum tongue)tongue);
    }
}

static enum status check(struct slice source, struct arena *arena, struct digest *digest)
{
    static struct diags diags;
    struct rule_file file = {SLICE("fuzz.cut"), source};
    const struct rule_set *set = NULL;
    diags = (struct diags){0};
    enum status status = rules_check(&file, 1, arena, &diags, &set);
    must((status == STATUS_MALFORMED) == (diags.errors_count != 0));
    show_diags(&diags, &file);
    if (status != STATUS_OK)
        return status;
    rules_digest(set, arena, digest);
    show_set(set);
    return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct diags diags;
    struct arena *arena;
    must(arena_create(&arena, ARENA_MAX) == STATUS_OK);
    if (size > INPUT_MAX)
        size = INPUT_MAX;
    struct slice source = {(const char *)bytes, size};
    struct digest digest = {0};
    enum status status = check(source, arena, &digest);
    must(status != STATUS_FULL);

    struct slice once;
    struct slice twice;
    struct digest again = {0};
    diags = (struct diags){0};
    if (rules_format(source, SLICE("fuzz.cut"), arena, &diags, &once) == STATUS_OK) {
        must(rules_format(once, SLICE("fuzz.cut"), arena, &diags, &twice) == STATUS_OK);
        must(slice_equal(once, twice));
        must(check(once, arena, &again) == status);
        must(memcmp(&digest, &again, sizeof digest) == 0);
    } else {
        must(status == STATUS_MALFORMED);
    }
    arena_destroy(arena);
    return 0;
}
