/* The threads of an archive, whose clock runs a hundred times as fast: FAST_CLOCK in room.mk. So
 * what they put off for a second happens in ten milliseconds. */
#pragma once

#define FAST_CLOCK_TIMES 100
