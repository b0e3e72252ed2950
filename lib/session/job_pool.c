/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The job pool: workers take jobs from one ring, leave them in another, and
 * wake the owner's loop through an eventfd. */
#include <adtls/job_pool.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct entry {
	adtls_job_t *job;
	uint64_t owner;
};

/* First in, first out. Neither ring can overflow, since the pool holds no more
 * jobs in all than one ring has room for. */
struct ring {
	struct entry entries[ADTLS_JOB_POOL_MAX];
	size_t first;
	size_t count;
};

struct adtls_job_pool {
	pthread_mutex_t lock; /* of everything below but the threads */
	pthread_cond_t work;  /* something is waiting, or stopping is set */
	struct ring waiting;
	struct ring finished;
	size_t held; /* waiting, running and finished */
	bool stopping;
	int event_fd; /* readable while something is finished */
	unsigned thread_count;
	pthread_t threads[ADTLS_JOB_POOL_THREADS_MAX];
};

static void ring_put(struct ring *ring, struct entry entry)
{
	size_t last = (ring->first + ring->count) % ADTLS_JOB_POOL_MAX;

	ring->entries[last] = entry;
	ring->count++;
}

static struct entry ring_take(struct ring *ring)
{
	struct entry entry = ring->entries[ring->first];

	ring->first = (ring->first + 1) % ADTLS_JOB_POOL_MAX;
	ring->count--;
	return entry;
}

/* Waits for a job; false when the pool stops. */
static bool wait_for_work(adtls_job_pool_t *pool, struct entry *out)
{
	bool found = false;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stopping && pool->waiting.count == 0)
		pthread_cond_wait(&pool->work, &pool->lock);
	if (!pool->stopping) {
		*out = ring_take(&pool->waiting);
		found = true;
	}
	pthread_mutex_unlock(&pool->lock);
	return found;
}

/* The counter goes up with the first finished job and is read with the last
 * one, both under the lock: so it cannot overflow, and neither call blocks. */
static void leave_finished(adtls_job_pool_t *pool, struct entry entry)
{
	pthread_mutex_lock(&pool->lock);
	ring_put(&pool->finished, entry);
	if (pool->finished.count == 1)
		eventfd_write(pool->event_fd, 1);
	pthread_mutex_unlock(&pool->lock);
}

static void *worker(void *context)
{
	adtls_job_pool_t *pool = context;
	struct entry entry;

	while (wait_for_work(pool, &entry)) {
		adtls_job_run(entry.job);
		leave_finished(pool, entry);
	}
	return NULL;
}

/* The application's signals are handled on its own threads. */
static int start_threads(adtls_job_pool_t *pool, unsigned count)
{
	sigset_t all;
	sigset_t before;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->thread_count < count && error == 0) {
		error = pthread_create(&pool->threads[pool->thread_count], NULL,
				       worker, pool);
		if (error == 0)
			pool->thread_count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int adtls_job_pool_new(unsigned threads, adtls_job_pool_t **out)
{
	adtls_job_pool_t *pool;
	int error;

	*out = NULL;
	if (threads == 0 || threads > ADTLS_JOB_POOL_THREADS_MAX)
		return ADTLS_E_INVALID;
	pool = calloc(1, sizeof(*pool));
	if (pool == NULL)
		return ADTLS_E_MEMORY;
	pool->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->event_fd < 0) {
		free(pool);
		return ADTLS_E_IO;
	}
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	error = start_threads(pool, threads);
	if (error != 0) {
		adtls_job_pool_free(pool);
		errno = error;
		return ADTLS_E_IO;
	}
	*out = pool;
	return ADTLS_OK;
}

static void free_jobs(struct ring *ring)
{
	while (ring->count > 0)
		adtls_job_free(ring_take(ring).job);
}

void adtls_job_pool_free(adtls_job_pool_t *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	free_jobs(&pool->waiting);
	free_jobs(&pool->finished);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	close(pool->event_fd);
	free(pool);
}

int adtls_job_pool_submit(adtls_job_pool_t *pool, adtls_job_t *job,
			  uint64_t owner)
{
	int result = ADTLS_E_AGAIN;

	pthread_mutex_lock(&pool->lock);
	if (pool->held < ADTLS_JOB_POOL_MAX) {
		ring_put(&pool->waiting,
			 (struct entry){ .job = job, .owner = owner });
		pool->held++;
		pthread_cond_signal(&pool->work);
		result = ADTLS_OK;
	}
	pthread_mutex_unlock(&pool->lock);
	return result;
}

int adtls_job_pool_fd(const adtls_job_pool_t *pool)
{
	return pool->event_fd;
}

adtls_job_t *adtls_job_pool_take(adtls_job_pool_t *pool, uint64_t *out_owner)
{
	struct entry entry = { 0 };
	eventfd_t count;

	pthread_mutex_lock(&pool->lock);
	if (pool->finished.count > 0) {
		entry = ring_take(&pool->finished);
		pool->held--;
		if (pool->finished.count == 0)
			eventfd_read(pool->event_fd, &count);
	}
	pthread_mutex_unlock(&pool->lock);
	if (out_owner != NULL)
		*out_owner = entry.owner;
	return entry.job;
}
