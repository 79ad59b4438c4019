noinst_LIBRARIES += %D%/libbase.a
%C%_libbase_a_SOURCES = \
	%D%/address.c %D%/address.h \
	%D%/base64.c %D%/base64.h \
	%D%/big_endian.h \
	%D%/bucket.c %D%/bucket.h \
	%D%/buffer.c %D%/buffer.h \
	%D%/cleanup.h \
	%D%/date.c %D%/date.h \
	%D%/digest.c %D%/digest.h \
	%D%/fields.c %D%/fields.h \
	%D%/hash.c %D%/hash.h \
	%D%/histogram.c %D%/histogram.h \
	%D%/heap.c %D%/heap.h \
	%D%/hex.h \
	%D%/interned.c %D%/interned.h \
	%D%/line.c %D%/line.h \
	%D%/list.h \
	%D%/log.c %D%/log.h \
	%D%/logbook.c %D%/logbook.def %D%/logbook.h \
	%D%/map.c %D%/map.h \
	%D%/mem.c %D%/mem.h \
	%D%/ordered.c %D%/ordered.h \
	%D%/pack.c %D%/pack.h \
	%D%/passed_fds.c %D%/passed_fds.h \
	%D%/publish.h \
	%D%/text.c %D%/text.h
