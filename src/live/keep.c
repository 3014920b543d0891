/* keep.c -- snapshots: begun by the thinker, written by a child, given a name by the curator.
 *
 *   thinker   fork ──> goes on                                    (the stop is this alone)
 *   child              memory ──> snapshot.new, synced ──> gone
 *   curator            waits · reads it all again · waits for the alerts · renames · removes the
 *                      fourth · lets go of the journal below the third
 *
 * Invariants:  1. A file under a snapshot's name is whole, sound and durable.
 *              2. An older snapshot is removed only behind a newer one that was read again.
 *              3. A snapshot has its name only when the alerts below it are safe.
 *              4. A snapshot that failed costs nothing but the snapshot: the journal has it all.
 * Not chosen:  copying the memory while detection waits: a second for each gigabyte. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SNAPSHOTS_KEPT = 3,
    NAMES_MEMORY = 4 << 20,
    READER_MEMORY = 40 << 20,
    CHILD_SECONDS_MAX = 900, /* then it is given up */
    ALERTS_SECONDS_MAX = 60, /* likewise */
    NAP_US = 3000,
    CHILD_NICE = 10,
};

static const char PART_PIPELINE[] = "pipeline";
static const char PART_NOTES[] = "notes";

/* ---- what a snapshot holds ---- */

enum { NOTE = 1, NO_MORE_NOTES = 0 };

static enum status note_take(void *self, uint64_t position, struct slice entry)
{
    struct dump *dump = self;
    dump_u8(dump, NOTE);
    dump_varint(dump, position);
    dump_varint(dump, entry.size);
    while (entry.size > 0) {
        size_t size = entry.size < DUMP_TEXT_MAX ? entry.size : DUMP_TEXT_MAX;
        dump_text(dump, (struct slice){entry.at, size});
        entry.at += size;
        entry.size -= size;
    }
    return dump->status;
}

static enum status notes_export(struct live *live, struct dump_sink sink)
{
    struct live_listener listener = live->options.listener;
    struct dump *dump = &live->keeping->dump;
    dump_init(dump, sink);
    if (listener.tell != NULL)
        TRY(listener.tell(listener.self, (struct note_sink){note_take, dump}));
    dump_u8(dump, NO_MORE_NOTES);
    return dump_end(dump);
}

static enum status note_import(struct live *live, struct undump *undump)
{
    struct live_listener listener = live->options.listener;
    uint64_t position, size;
    char *entry;
    TRY(undump_varint(undump, &position));
    TRY(undump_below(undump, JOURNAL_FRAME_BYTES_MAX, &size));
    TRY(ARENA_NEW(live->batch->scratch, size + 1, &entry));
    for (size_t done = 0; done < size;) {
        struct slice piece;
        TRY(undump_text(undump, &piece));
        if (piece.size == 0 || piece.size > size - done)
            return STATUS_MALFORMED;
        memcpy(entry + done, piece.at, piece.size);
        done += piece.size;
    }
    if (listener.heard != NULL)
        TRY(listener.heard(listener.self, position, (struct slice){entry, (size_t)size}));
    arena_reset(live->batch->scratch);
    return STATUS_OK;
}

enum status notes_import(struct live *live, struct undump_source source)
{
    struct undump undump;
    undump_init(&undump, source);
    for (;;) {
        uint8_t more;
        TRY(undump_u8(&undump, &more));
        if (more == NO_MORE_NOTES)
            return undump_end(&undump);
        if (more != NOTE)
            return STATUS_MALFORMED;
        TRY(note_import(live, &undump));
    }
}

static enum status memory_write(struct live *live)
{
    struct keeping *keeping = live->keeping;
    struct snapshot_writer *writer = &keeping->writer;
    snapshot_begin(writer, live->options.snapshots, keeping->file, keeping->position, &live->image);
    TRY(pipeline_export(live->pipeline, snapshot_part_begin(writer, PART_PIPELINE)));
    TRY(notes_export(live, snapshot_part_begin(writer, PART_NOTES)));
    return snapshot_end(writer);
}

/* ---- giving it a name ---- */

/* The alerts below the snapshot are not made again by whoever starts from it. */
static enum status alerts_wait(struct live *live)
{
    struct live_listener listener = live->options.listener;
    int64_t until_us = live_ticks_us() + (int64_t)ALERTS_SECONDS_MAX * 1000000;
    bool any = live->keeping->position > 1 && listener.kept != NULL;
    while (any && listener.kept(listener.self) < live->keeping->position) {
        if (live->options.by_hand || live_failed(live) || live_ticks_us() > until_us)
            return STATUS_LATE;
        (void)usleep(NAP_US);
    }
    return STATUS_OK;
}

/* Removes all but the newest; `*oldest` is the position of the oldest that is left. */
static enum status older_remove(struct live *live, struct arena *scratch, uint64_t *oldest)
{
    struct volume volume = live->options.snapshots;
    struct snapshot_name *names;
    size_t count;
    TRY(snapshots_list(volume, scratch, &names, &count));
    bool any = false;
    for (size_t i = SNAPSHOTS_KEPT; i < count; i++, any = true)
        TRY(volume.remove(volume.self, names[i].text));
    count = count < SNAPSHOTS_KEPT ? count : SNAPSHOTS_KEPT;
    *oldest = count == 0 ? 0 : names[count - 1].position;
    return any ? volume.sync_names(volume.self) : STATUS_OK;
}

enum status segment_time(struct live *live, uint64_t first, moment *out)
{
    struct arena *arena;
    struct journal_reader *reader = NULL;
    struct journal_finding found;
    TRY(arena_create(&arena, READER_MEMORY));
    enum status status = journal_reader_open(&reader, live->options.journal, first, arena, &found);
    while (status == STATUS_OK) {
        uint64_t sequence;
        struct slice bytes;
        struct entry entry;
        status = journal_read(reader, &sequence, &bytes);
        if (status == STATUS_OK)
            status = entry_read(bytes, &entry);
        if (status == STATUS_OK && entry.type == ENTRY_HEARTBEAT) {
            *out = entry.time;
            break;
        }
    }
    journal_reader_close(reader);
    arena_destroy(arena);
    return status;
}

/* Tells the writer which segments are older than the retention and not needed by any snapshot. */
static enum status journal_let_go(struct live *live, struct arena *scratch, uint64_t oldest)
{
    struct clock clock = live->options.clock;
    uint64_t *first;
    size_t count;
    uint64_t from = 0;
    struct live_listener listener = live->options.listener;
    if (live->options.retention_ms == 0)
        return STATUS_OK;
    uint64_t needed = listener.needed == NULL ? UINT64_MAX : listener.needed(listener.self);
    oldest = needed < oldest ? needed : oldest;
    int64_t limit_ms = clock.now(clock.self).ms - live->options.retention_ms;
    TRY(journal_segments(live->options.journal, scratch, &first, &count));
    for (size_t i = 1; i < count && first[i] <= oldest; i++) {
        moment time;
        enum status status = segment_time(live, first[i], &time);
        if (status == STATUS_END || (status == STATUS_OK && time.ms >= limit_ms))
            break;
        TRY(status);
        from = first[i];
    }
    pthread_mutex_lock(&live->lock);
    live->retain_from = from;
    pthread_mutex_unlock(&live->lock);
    return STATUS_OK;
}

/* A written snapshot becomes the newest one. */
static enum status snapshot_settle(struct live *live, struct arena *scratch)
{
    struct keeping *keeping = live->keeping;
    struct volume volume = live->options.snapshots;
    struct snapshot said = {.position = keeping->position};
    struct journal_finding found;
    char name[VOLUME_NAME_MAX];
    uint64_t oldest;
    TRY(snapshot_verify(volume, SNAPSHOT_UNNAMED, keeping->piece, &said, &found));
    TRY(alerts_wait(live));
    snapshot_name(name, keeping->position);
    TRY(volume.rename(volume.self, SNAPSHOT_UNNAMED, name));
    TRY(volume.sync_names(volume.self));
    pthread_mutex_lock(&live->lock);
    live->counts.snapshot_position = keeping->position;
    live->counts.snapshots++;
    pthread_mutex_unlock(&live->lock);
    TRY(older_remove(live, scratch, &oldest));
    pthread_mutex_lock(&live->lock);
    live->counts.snapshot_oldest = oldest;
    pthread_mutex_unlock(&live->lock);
    return journal_let_go(live, scratch, oldest);
}

static enum status snapshot_finish(struct live *live, enum status status)
{
    struct arena *scratch;
    if (status == STATUS_OK)
        status = arena_create(&scratch, NAMES_MEMORY);
    if (status == STATUS_OK) {
        status = snapshot_settle(live, scratch);
        arena_destroy(scratch);
    }
    pthread_mutex_lock(&live->lock);
    live->counts.snapshots_failed += status != STATUS_OK;
    live->snapshot_begun = false;
    pthread_mutex_unlock(&live->lock);
    return status;
}

/* ---- making one ---- */

static enum status file_begin(struct live *live)
{
    struct volume volume = live->options.snapshots;
    struct keeping *keeping = live->keeping;
    keeping->position = live->batch->below;
    /* A file of its own: the child of a killed process may still be dying over the one before. */
    enum status gone = volume.remove(volume.self, SNAPSHOT_UNNAMED);
    if (gone != STATUS_ABSENT)
        TRY(gone);
    TRY(volume.open(volume.self, SNAPSHOT_UNNAMED, true, &keeping->file));
    enum status status = volume.cut(volume.self, keeping->file, 0);
    if (status != STATUS_OK)
        volume.close(volume.self, keeping->file);
    return status;
}

enum status keep_unnamed(struct live *live)
{
    struct volume volume = live->options.snapshots;
    TRY(file_begin(live));
    enum status status = memory_write(live);
    volume.close(volume.self, live->keeping->file);
    return status;
}

enum status keep_now(struct live *live)
{
    if (live->batch->below == live->counts.snapshot_position)
        return STATUS_OK;
    return snapshot_finish(live, keep_unnamed(live));
}

/* The child has the memory of that moment and only this thread.  It must not outlive its parent,
 * nor keep the parent's connections and locks open. */
static _Noreturn void child_live(struct live *live, pid_t parent)
{
    unsigned file = (unsigned)live->keeping->file.handle;
    struct live_listener listener = live->options.listener;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    if (file > 3)
        (void)close_range(3, file - 1, 0);
    (void)close_range(file + 1, ~0u, 0);
    (void)setpriority(PRIO_PROCESS, 0, CHILD_NICE);
    if (listener.release != NULL)
        listener.release(listener.self);
    _exit(memory_write(live) == STATUS_OK ? 0 : 1);
}

/* STATUS_FULL: the system has no room for a child. */
static enum status child_begin(struct live *live)
{
    struct live_listener listener = live->options.listener;
    pid_t parent = getpid();
    if (listener.hold != NULL)
        listener.hold(listener.self);
    pid_t child = fork();
    if (child == 0)
        child_live(live, parent);
    if (listener.release != NULL)
        listener.release(listener.self);
    if (child < 0)
        return STATUS_FULL;
    pthread_mutex_lock(&live->lock);
    live->keeping->child = child;
    pthread_mutex_unlock(&live->lock);
    return STATUS_OK;
}

static bool keep_due(struct live *live)
{
    int64_t now_us = live_ticks_us();
    int64_t every_us = (int64_t)live->options.snapshot_every_s * 1000000;
    pthread_mutex_lock(&live->lock);
    bool timely = every_us > 0 && now_us >= live->keeping->due_us;
    bool due = !live->snapshot_begun && (live->snapshot_wanted || timely);
    if (due) {
        live->keeping->due_us = now_us + every_us;
        live->snapshot_wanted = false;
    }
    due = due && live->counts.stands == STATUS_OK && !live->failed &&
          live->batch->below != live->counts.snapshot_position;
    live->snapshot_begun |= due;
    pthread_mutex_unlock(&live->lock);
    return due;
}

void keep_turn(struct live *live)
{
    if (!keep_due(live))
        return;
    if (live->options.by_hand) {
        (void)!(keep_now(live) == STATUS_OK); /* it is counted */
        return;
    }
    int64_t begun_us = live_ticks_us();
    struct volume volume = live->options.snapshots;
    enum status status = file_begin(live);
    if (status == STATUS_OK)
        status = child_begin(live);
    int64_t stop_us = live_ticks_us() - begun_us;
    if (status != STATUS_OK) { /* it is counted */
        if (status == STATUS_FULL)
            volume.close(volume.self, live->keeping->file);
        (void)!(snapshot_finish(live, status) == STATUS_OK);
        return;
    }
    pthread_mutex_lock(&live->lock);
    if (stop_us > live->counts.snapshot_stop_us)
        live->counts.snapshot_stop_us = stop_us;
    pthread_cond_signal(&live->for_curator);
    pthread_mutex_unlock(&live->lock);
}

/* ---- the curator ---- */

static enum status child_wait(struct live *live, pid_t child)
{
    int64_t until_us = live_ticks_us() + (int64_t)CHILD_SECONDS_MAX * 1000000;
    int how = 0;
    for (;;) {
        pid_t gone = waitpid(child, &how, WNOHANG);
        if (gone == child)
            return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? STATUS_OK : STATUS_IO;
        if (gone < 0 && errno != EINTR)
            return STATUS_IO;
        if (live_ticks_us() > until_us || live_failed(live))
            (void)kill(child, SIGKILL);
        (void)usleep(NAP_US);
    }
}

static void child_collect(struct live *live, pid_t child)
{
    struct volume volume = live->options.snapshots;
    enum status status = child_wait(live, child);
    volume.close(volume.self, live->keeping->file);
    (void)!(snapshot_finish(live, status) == STATUS_OK);
}

void *curator_live(void *argument)
{
    struct live *live = argument;
    pthread_mutex_lock(&live->lock);
    while (live->snapshot_begun || !live->all_thought) {
        pid_t child = live->keeping->child;
        live->keeping->child = 0;
        if (child == 0) {
            pthread_cond_wait(&live->for_curator, &live->lock);
            continue;
        }
        pthread_mutex_unlock(&live->lock);
        child_collect(live, child);
        pthread_mutex_lock(&live->lock);
    }
    pthread_mutex_unlock(&live->lock);
    return NULL;
}
