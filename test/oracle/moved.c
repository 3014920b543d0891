/* moved.c -- a move must not be felt.
 *
 * Invariant:   what was written by whoever goes is what whoever comes would write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "moved.h"

enum { SHELF_SIZE = 64 << 20 };

struct shelf {
    char bytes[SHELF_SIZE];
    size_t size;
};

static struct shelf before, after;
static struct dump dump;
static struct undump undump;

static enum status shelf_take(void *self, struct slice piece)
{
    struct shelf *shelf = self;
    if (piece.size > SHELF_SIZE - shelf->size)
        return STATUS_FULL;
    memcpy(shelf->bytes + shelf->size, piece.at, piece.size);
    shelf->size += piece.size;
    return STATUS_OK;
}

static enum status write_down(const struct engine *engine, const struct registry *registry,
                              struct shelf *shelf)
{
    shelf->size = 0;
    dump_init(&dump, (struct dump_sink){shelf_take, shelf});
    TRY(registry_export(registry, &dump));
    engine_export(engine, &dump);
    return dump_end(&dump);
}

static enum status read_in(struct engine *engine, struct registry *registry, struct shelf *shelf)
{
    struct slice bytes = {shelf->bytes, shelf->size};
    struct engine_taken taken;
    undump_init(&undump, undump_over(&bytes));
    TRY(registry_import(registry, &undump));
    TRY(engine_import(engine, &undump, &taken));
    return undump_end(&undump);
}

enum status engine_moved(struct engine **engine, struct engine_options *options, unsigned threads,
                         size_t registry_max, struct arena *boot)
{
    struct registry *registry;
    struct engine *fresh;
    struct engine_options others = *options;
    TRY(write_down(*engine, options->registry, &before));
    TRY(registry_create(&registry, registry_max, boot));
    others.registry = registry;
    others.threads = threads;
    enum status status = engine_create(&fresh, &others, boot);
    if (status != STATUS_OK) {
        registry_destroy(registry);
        return status;
    }
    engine_destroy(*engine);
    registry_destroy(options->registry);
    *engine = fresh;
    *options = others;
    TRY(read_in(fresh, registry, &before));
    TRY(write_down(fresh, registry, &after));
    bool same = before.size == after.size && memcmp(before.bytes, after.bytes, before.size) == 0;
    return same ? STATUS_OK : STATUS_REFUSED;
}

enum status engine_remembers(const struct engine *engine, const struct registry *registry)
{
    return write_down(engine, registry, &before);
}

enum status engine_remembers_still(const struct engine *engine, const struct registry *registry)
{
    TRY(write_down(engine, registry, &after));
    bool same = before.size == after.size && memcmp(before.bytes, after.bytes, before.size) == 0;
    return same ? STATUS_OK : STATUS_REFUSED;
}
