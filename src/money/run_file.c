/* run_file.c -- a run as it is written: records into pages, each with its checksum, the head last.
 *
 * A write that fails leaves a file under the temporary name, which the next one overwrites. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/run_page_inside.h"

#include <stdio.h>

/* ---- names ---- */

void run_name_write(char out[VOLUME_NAME_MAX], struct run_numbers numbers)
{
    if (numbers.again == 0)
        (void)snprintf(out, VOLUME_NAME_MAX, "%010u%s", numbers.last, RUN_ENDING);
    else
        (void)snprintf(out, VOLUME_NAME_MAX, "%010u-%010u-%010u%s", numbers.last, numbers.first,
                       numbers.again, RUN_ENDING);
}

/* Ten digits at `*at`, which goes on behind them. */
static bool read_number(const char **at, uint32_t *out)
{
    uint64_t value = 0;
    for (int i = 0; i < 10; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        value = value * 10 + (uint64_t)((*at)[i] - '0');
    }
    *at += 10;
    *out = (uint32_t)value;
    return value < UINT32_MAX;
}

bool run_name_read(const char *name, struct run_numbers *out)
{
    struct run_numbers numbers = {0, 0, 0};
    if (!read_number(&name, &numbers.last))
        return false;
    numbers.first = numbers.last;
    if (*name == '-') {
        name++;
        if (!read_number(&name, &numbers.first) || *name++ != '-' ||
            !read_number(&name, &numbers.again) || numbers.first > numbers.last)
            return false;
    }
    if (strcmp(name, RUN_ENDING) != 0)
        return false;
    *out = numbers;
    return true;
}

/* ---- pages ---- */

static enum status end_page(struct run_file *file)
{
    if (file->used == 0)
        return STATUS_OK;
    memset(file->bytes + 8 + file->used, 0, RUN_PAYLOAD - file->used);
    put_word(file->bytes, page_checksum(file->page, file->bytes));
    TRY(file->volume->write(file->volume->self, file->file, (int64_t)file->page * RUN_PAGE,
                            file->bytes, RUN_PAGE));
    file->page++;
    file->used = 0;
    return STATUS_OK;
}

enum status run_file_begin(struct run_file *file, const struct volume *volume,
                           const char *temporary)
{
    file->volume = volume;
    file->temporary = temporary;
    file->page = 1;
    TRY(volume->open(volume->self, temporary, true, &file->file));
    enum status status = volume->cut(volume->self, file->file, 0);
    if (status != STATUS_OK)
        volume->close(volume->self, file->file);
    return status;
}

enum status run_file_put(struct run_file *file, enum run_section section, const uint64_t *word)
{
    size_t size = section_size(section);
    if (file->used + size > RUN_PAYLOAD)
        TRY(end_page(file));
    if (file->used == 0 && section_fenced(section)) {
        must(file->fences < file->fences_max);
        file->fence[file->fences++] = word[0];
    }
    for (size_t i = 0; i < size / 8; i++)
        put_word(file->bytes + 8 + file->used + 8 * i, word[i]);
    file->used += size;
    file->head.count[section]++;
    return STATUS_OK;
}

enum status run_file_end_section(struct run_file *file)
{
    return end_page(file);
}

static enum status put_head(struct run_file *file)
{
    const struct run_head *head = &file->head;
    uint64_t word[HEAD_WORDS] = {RUN_MAGIC};
    for (unsigned i = 0; i < SECTIONS; i++)
        word[head_word(i)] = head->count[i];
    word[HEAD_REST] = head->payments;
    word[1 + HEAD_REST] = head->through;
    word[2 + HEAD_REST] = (uint64_t)head->first.ms;
    word[3 + HEAD_REST] = head->first.position;
    word[4 + HEAD_REST] = (uint64_t)head->last.ms;
    word[5 + HEAD_REST] = head->last.position;
    word[6 + HEAD_REST] = head->reversals;
    file->page = 0;
    for (unsigned i = 0; i < HEAD_WORDS; i++)
        put_word(file->bytes + 8 + 8 * i, word[i]);
    file->used = 8 * HEAD_WORDS;
    return end_page(file);
}

static enum status put_end(struct run_file *file)
{
    const struct volume *volume = file->volume;
    for (uint64_t i = 0; i < file->fences; i++)
        TRY(run_file_put(file, SECTION_FENCES, &file->fence[i]));
    TRY(end_page(file));
    TRY(volume->sync(volume->self, file->file));
    TRY(put_head(file));
    return volume->sync(volume->self, file->file);
}

enum status run_file_end(struct run_file *file, enum status status, const char *name)
{
    const struct volume *volume = file->volume;
    if (status == STATUS_OK)
        status = put_end(file);
    volume->close(volume->self, file->file);
    TRY(status);
    TRY(volume->rename(volume->self, file->temporary, name));
    return volume->sync_names(volume->self);
}
