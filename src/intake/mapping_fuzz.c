/* mapping_fuzz.c -- any bytes as a mapping file, and what comes of it put on a small file.
 *
 * Held to: a mapping is understood or refused with a sentence in both tongues; one that is
 * understood meets a file without harm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { YAML_BYTES_MAX = 8192, MEMORY_MAX = 64 << 20, WHY_BYTES = 2048 };

static const char CONTENT[] = "a,b,c,d,e\n"
                              "2026-03-02 09:00:00,13800138000,95588,12.5,answered\n"
                              "1,-1,x,1:02:03,\n"
                              "\"q\",\"\"\"\",,,\n"
                              "20260302090000,1e3,\xE4\xB8\xAD,-5,NO ANSWER\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *boot; /* kept: its memory is taken from the system only once */
    struct mapping *mapping;
    char why_bytes[TONGUES_COUNT][WHY_BYTES];
    struct text why[TONGUES_COUNT] = {text_over(why_bytes[0], WHY_BYTES),
                                      text_over(why_bytes[1], WHY_BYTES)};
    if (size > YAML_BYTES_MAX)
        return 0;
    if (boot == NULL)
        must(arena_create(&boot, MEMORY_MAX) == STATUS_OK);
    arena_reset(boot);
    struct slice text = {(const char *)bytes, size};
    enum status status = mapping_parse(&mapping, "fuzz.yaml", text, boot, why);
    if (status != STATUS_OK) {
        must(why[TONGUE_EN].size != 0);
        must(why[TONGUE_ZH].size != 0);
        return 0;
    }
    struct intake *intake;
    const struct record *records;
    size_t count;
    struct intake_options options = {.mapping = mapping, .home_country = SLICE("86")};
    must(intake_create(&intake, &options, (struct reject_sink){0}, boot) == STATUS_OK);
    status = intake_add_bytes(intake, "x.csv", SLICE(CONTENT), why);
    must(status == STATUS_OK || why[TONGUE_EN].size != 0);
    uint64_t accepted = 0;
    while (intake_next(intake, &records, &count) == STATUS_OK)
        accepted += count;
    struct intake_counts counts;
    intake_count(intake, &counts);
    must(counts.accepted == accepted);
    must(counts.read == counts.accepted + counts.rejected);
    intake_destroy(intake);
    return 0;
}
