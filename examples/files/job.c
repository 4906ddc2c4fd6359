/* The jobs of job.h. `run` is called on a worker, and touches nothing but its job and, for an
 * upload, the hash; `done` is called on the loop. */

#include "job.h"

#include "disk.h"

#include "examples/common/clock.h"
#include "examples/common/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct job {
    uv_work_t work;
    struct job *next;
    struct service *service;
    struct file *file;
    sio_event_t *event; /* held */
    void (*run)(struct job *job);
    void (*done)(struct job *job);
    int64_t offset;
    const void *bytes; /* to be written; the event's */
    size_t len;
    char *buffer; /* to be read into */
    char sha256[SHA256_HEX_SIZE];
    struct client *client;
    int error; /* an errno */
};

static struct job *new_job(struct service *service, struct file *file, sio_event_t *event)
{
    struct job *job = calloc(1, sizeof(*job));

    if (job && (job->event = sio_event_hold(event))) {
        job->work.data = job;
        job->service = service;
        job->file = file;
        file->references++;
        return job;
    }
    free(job);
    return NULL;
}

static void free_job(struct job *job)
{
    sio_event_release(job->event);
    file_release(job->file);
    free(job->buffer);
    free(job);
}

static void on_work(uv_work_t *work)
{
    struct job *job = work->data;

    job->run(job);
}

/* ---- One after the other ---- */

static void on_done(uv_work_t *work, int status);

static int start(struct job *job)
{
    return uv_queue_work(job->service->loop, &job->work, on_work, on_done) ? SIO_ENOMEM : SIO_OK;
}

static int enqueue(struct job *job)
{
    struct file *file = job->file;

    if (!file->jobs && start(job) != 0) {
        free_job(job);
        return SIO_ENOMEM;
    }
    *file->jobs_end = job;
    file->jobs_end = &job->next;
    file->job_count++;
    return SIO_OK;
}

static void on_done(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct file *file = job->file;

    (void)status;
    file->jobs = job->next;
    file->job_count--;
    if (!file->jobs)
        file->jobs_end = &file->jobs;
    job->done(job);
    if (file->jobs)
        start(file->jobs);
    free_job(job);
}

/* ---- Writing ---- */

/* pwrite() may write less than it should. */
static int write_all(int fd, const char *bytes, size_t len, int64_t offset)
{
    while (len > 0) {
        ssize_t written = pwrite(fd, bytes, len, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        bytes += written;
        offset += written;
        len -= (size_t)written;
    }
    return 0;
}

static void run_write(struct job *job)
{
    char path[PATH_SIZE];
    int fd;

    file_path(&job->service->store, job->file, path, sizeof(path));
    fd = open(path, O_WRONLY | O_CLOEXEC);
    job->error = fd >= 0 ? write_all(fd, job->bytes, job->len, job->offset) : errno;
    if (fd >= 0)
        close(fd);
    if (!job->error)
        sha256_add(&job->file->hash, job->bytes, job->len);
}

static void give_up(struct job *job)
{
    struct file *file = job->file;

    refuse(job->event, "disk", "The server could not write the file.");
    if (!file->removed)
        store_remove(&job->service->store, file);
}

static void done_write(struct job *job)
{
    struct file *file = job->file;

    if (file->removed)
        refuse(job->event, "gone", "That upload was cancelled.");
    else if (job->error)
        give_up(job);
    else
        sio_ack(job->event, "{s:b,s:I}", "ok", 1, "received",
                (json_int_t)job->offset + (json_int_t)job->len);
}

int job_write(struct service *service, struct file *file, sio_event_t *event)
{
    struct job *job = new_job(service, file, event);
    int error;

    if (!job)
        return SIO_ENOMEM;
    job->run = run_write;
    job->done = done_write;
    job->bytes = sio_value_bytes(sio_event_arg(job->event, 1), &job->len);
    job->offset = file->received;
    error = enqueue(job);
    if (error)
        return error;
    file->received += (int64_t)job->len;
    file->at_ms = unix_ms();
    return SIO_OK;
}

/* ---- Finishing ---- */

enum { WRONG_HASH = -1 };

static void run_finish(struct job *job)
{
    struct file *file = job->file;
    char sha256[SHA256_HEX_SIZE];

    sha256_end(&file->hash, sha256);
    if (strcmp(sha256, job->sha256) != 0)
        job->error = WRONG_HASH;
    else if (disk_complete(&job->service->store, file, sha256) != 0)
        job->error = errno;
}

static void done_finish(struct job *job)
{
    struct file *file = job->file;

    if (file->removed) {
        disk_remove(&job->service->store, file); /* what a worker has made meanwhile */
        refuse(job->event, "gone", "That upload was cancelled.");
    } else if (job->error == WRONG_HASH) {
        store_remove(&job->service->store, file);
        refuse(job->event, "hash", "The file arrived damaged. Send it again.");
    } else if (job->error) {
        give_up(job);
    } else {
        memcpy(file->sha256, job->sha256, sizeof(file->sha256));
        sio_emit_to(job->service->nsp, NULL, "added", "{s:o,s:I}", "file", file_json(file), "room",
                    (json_int_t)store_room(&job->service->store));
        sio_ack(job->event, "{s:b,s:o}", "ok", 1, "file", file_json(file));
    }
}

int job_finish(struct service *service, struct file *file, sio_event_t *event, const char *sha256)
{
    struct job *job = new_job(service, file, event);

    if (!job)
        return SIO_ENOMEM;
    job->run = run_finish;
    job->done = done_finish;
    snprintf(job->sha256, sizeof(job->sha256), "%s", sha256);
    file->finishing = true;
    return enqueue(job);
}

/* ---- Reading ---- */

static void run_read(struct job *job)
{
    char path[PATH_SIZE];
    int fd;
    ssize_t len;

    file_path(&job->service->store, job->file, path, sizeof(path));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    len = fd >= 0 ? pread(fd, job->buffer, job->len, (off_t)job->offset) : -1;
    if (len != (ssize_t)job->len)
        job->error = EIO;
    if (fd >= 0)
        close(fd);
}

static void done_read(uv_work_t *work, int status)
{
    struct job *job = work->data;

    (void)status;
    job->client->reads--;
    if (job->file->removed)
        refuse(job->event, "gone", "That file was deleted.");
    else if (job->error)
        refuse(job->event, "disk", "The server could not read the file.");
    else
        sio_ack(job->event, "{s:b,s:I,s:B}", "ok", 1, "offset", (json_int_t)job->offset, "bytes",
                job->buffer, job->len);
    client_release(job->client);
    free_job(job);
}

int job_read(struct service *service, struct file *file, sio_event_t *event, int64_t offset,
             size_t len, struct client *client)
{
    struct job *job = new_job(service, file, event);

    if (!job)
        return SIO_ENOMEM;
    job->run = run_read;
    job->offset = offset;
    job->len = len;
    job->buffer = malloc(len);
    if (!job->buffer || uv_queue_work(service->loop, &job->work, on_work, done_read) != 0) {
        free_job(job);
        return SIO_ENOMEM;
    }
    job->client = client;
    client->reads++;
    client->references++;
    return SIO_OK;
}

void client_release(void *user)
{
    struct client *client = user;

    if (--client->references == 0)
        free(client);
}
