/* value_fuzz.c -- any bytes as the value of any field: not of its form, or a form that stays the
 * same, masked without giving it away.  The first byte says of which type; beyond them it is the
 * object that is kept sealed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SCRATCH = 1 << 22 };

static void object_read(struct slice text, struct arena *scratch)
{
    struct json_reader reader = {.rest = text, .arena = scratch};
    struct slice name, value;
    enum status status = STATUS_OK;
    size_t members = 0;
    while ((status = json_member(&reader, &name, &value)) == STATUS_OK)
        must(++members <= text.size);
    must(status == STATUS_END || status == STATUS_MALFORMED || status == STATUS_FULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *scratch;
    static const struct work work = {.home_country = "86"};
    struct slice out, again, masked;
    if (scratch == NULL)
        must(arena_create(&scratch, SCRATCH) == STATUS_OK);
    arena_reset(scratch);
    if (size == 0)
        return 0;
    struct slice written = {(const char *)bytes + 1, size - 1};
    if (bytes[0] >= WORK_TYPES_COUNT) {
        object_read(written, scratch);
        return 0;
    }
    const struct work_field field = {.type = (enum work_type)bytes[0], .choices = "good bad"};
    if (value_canonical(&work, &field, written, scratch, &out) != STATUS_OK)
        return 0;
    must(value_canonical(&work, &field, out, scratch, &again) == STATUS_OK);
    must(slice_equal(out, again));
    must(utf8_valid(out));
    must(value_masked(&field, out, scratch, &masked) == STATUS_OK);
    bool service = field.type == WORK_PHONE && out.size <= 6; /* a short code is nobody's */
    must(service || !slice_equal(out, masked) || memchr(out.at, '*', out.size) != NULL);
    (void)value_track(&work, field.type, out, "o_1");
    return 0;
}
