/* form.c -- what the words of an event mean, by its flags. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/form.h"

struct window_form form_of_profile(const struct profile_image *image)
{
    struct window_form form = window_form_of(&image->window);
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        if (image->kind_bit[kind] >= WINDOW_BITS_MAX)
            continue; /* no sequence begins with it */
        const struct kind_schema *schema = kind_schema((enum record_kind)kind);
        for (unsigned field = 0; field < schema->fields_count; field++)
            if (image->field_value[kind][field] < WINDOW_VALUES_MAX)
                window_form_add(&form, image->kind_bit[kind], image->field_value[kind][field],
                                field_held(schema->fields[field].type) == HELD_NAME);
    }
    return form;
}
