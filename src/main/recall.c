/* recall.c -- what was answered and where followed files are, known again after a start.
 *
 * Both are entries of the journal; reading all of it at each start would take as long as it is old.
 * So they are written down now and then with the number of the entry up to which that holds, and
 * the start reads the file and what the journal has behind it.  A file that is lost or damaged
 * costs time, not truth: everything is read.
 *
 *   "CUTRCPT1"  position u64   then  'K' sequence u64, entry text │ 'T' entry text  …  'E'
 *
 * Answers come in the order of their entries (there is one writer), so when the last one was noted,
 * all before it were. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "ground/dump.h"

#include <stdlib.h>

enum { RECALL_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX, RECEIPTS_MAX = 256 << 20 };

static const char MAGIC[] = "CUTRCPT1";

/* ---- written down ---- */

static enum status put_block(void *self, struct slice bytes)
{
    return disk_sink_write(self, bytes);
}

static enum status tell_key(void *self, struct slice entry, uint64_t sequence)
{
    struct dump *dump = self;
    must(entry.size <= DUMP_TEXT_MAX); /* RECEIPT_BYTES_MAX and its head */
    dump_u8(dump, ENTRY_KEY);
    dump_u64(dump, sequence);
    dump_text(dump, entry);
    return STATUS_OK;
}

static enum status tell_tail(void *self, struct slice entry)
{
    struct dump *dump = self;
    dump_u8(dump, ENTRY_TAIL);
    dump_text(dump, entry);
    return STATUS_OK;
}

enum status receipts_write(struct service *service)
{
    static struct dump dump;
    char path[PATH_MAX];
    struct disk_sink *sink;
    uint64_t answered = atomic_load(&service->answered);
    tails_turn(service->tails); /* what landed below that is moved on to */
    TRY(disk_sink_create(&sink, service_path(service, path, "receipts").at));
    dump_init(&dump, (struct dump_sink){put_block, sink});
    dump_text(&dump, slice_of(MAGIC));
    dump_u64(&dump, answered);
    enum status status = keys_tell(service->keys, tell_key, &dump);
    if (status == STATUS_OK)
        status = tails_tell(service->tails, tell_tail, &dump);
    dump_u8(&dump, 'E');
    if (status == STATUS_OK)
        status = dump_end(&dump);
    if (status != STATUS_OK) {
        disk_sink_abandon(sink);
        return status;
    }
    TRY(disk_sink_commit(sink));
    LOG(&service->log, receipts_written, LOG_WHOLE(position, answered));
    return STATUS_OK;
}

/* ---- read again ---- */

static enum status take_part(struct service *service, struct undump *undump, uint8_t type)
{
    struct slice entry;
    uint64_t sequence;
    if (type == ENTRY_KEY) {
        TRY(undump_u64(undump, &sequence));
        TRY(undump_text(undump, &entry));
        return keys_recall(service->keys, entry, sequence);
    }
    if (type != ENTRY_TAIL)
        return STATUS_MALFORMED;
    TRY(undump_text(undump, &entry));
    return tails_recall(service->tails, entry);
}

static enum status read_file(struct service *service, struct slice bytes, uint64_t *position)
{
    static struct undump undump;
    struct slice magic;
    uint64_t answered;
    undump_init(&undump, undump_over(&bytes));
    TRY(undump_text(&undump, &magic));
    if (!slice_equal(magic, slice_of(MAGIC)))
        return STATUS_MALFORMED;
    TRY(undump_u64(&undump, &answered));
    for (;;) {
        uint8_t type;
        TRY(undump_u8(&undump, &type));
        if (type == 'E')
            break;
        TRY(take_part(service, &undump, type));
    }
    TRY(undump_end(&undump));
    *position = answered;
    return STATUS_OK;
}

static enum status read_journal(struct service *service, struct journal_reader *reader,
                                uint64_t *count)
{
    uint64_t sequence;
    struct slice entry;
    for (;;) {
        enum status status = journal_read(reader, &sequence, &entry);
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
        atomic_store(&service->answered, sequence + 1);
        if (entry.size == 0 || (entry.at[0] != ENTRY_KEY && entry.at[0] != ENTRY_TAIL))
            continue;
        ++*count;
        if (entry.at[0] == ENTRY_KEY)
            TRY(keys_recall(service->keys, entry, sequence));
        else
            TRY(tails_recall(service->tails, entry));
    }
}

/* The number of the first entry that is kept. */
static enum status first_kept(const struct service *service, struct arena *arena, uint64_t *out)
{
    static const char HEAD[] = "journal-";
    struct volume_name *names;
    size_t count;
    *out = 1;
    TRY(service->journal.list(service->journal.self, arena, &names, &count));
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i].text, HEAD, sizeof HEAD - 1) != 0)
            continue;
        *out = strtoull(names[i].text + sizeof HEAD - 1, NULL, 10);
        return STATUS_OK; /* the names are in order */
    }
    return STATUS_OK;
}

enum status receipts_recall(struct service *service)
{
    char path[PATH_MAX];
    struct arena *arena;
    struct slice bytes;
    enum disk_fault fault;
    uint64_t position = 0;
    uint64_t count = 0;
    TRY(arena_create(&arena, (size_t)RECEIPTS_MAX * 2 + RECALL_MEMORY));
    (void)service_path(service, path, "receipts");
    enum status status = disk_read_all(path, RECEIPTS_MAX, arena, &bytes, &fault);
    if (status == STATUS_OK)
        (void)read_file(service, bytes, &position); /* what is damaged is read from the journal */
    struct journal_reader *reader = NULL;
    struct journal_finding found = {0};
    uint64_t first;
    status = first_kept(service, arena, &first);
    if (status == STATUS_OK)
        status = journal_reader_open(&reader, service->journal, position < first ? first : position,
                                     arena, &found);
    if (status == STATUS_OK)
        status = read_journal(service, reader, &count);
    journal_reader_close(reader);
    arena_destroy(arena);
    LOG(&service->log, receipts_recalled, LOG_WHOLE(position, position), LOG_WHOLE(count, count));
    return status;
}
