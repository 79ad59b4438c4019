noinst_LIBRARIES += %D%/libstore.a
%C%_libstore_a_SOURCES = \
	%D%/answer.h \
	%D%/archive.c %D%/archive.h \
	%D%/archive_author.c %D%/archive_author.h \
	%D%/archive_bound.c %D%/archive_bound.h \
	%D%/archive_columns.c %D%/archive_columns.h \
	%D%/archive_context.c %D%/archive_context.h \
	%D%/archive_copy.c %D%/archive_copy.h \
	%D%/archive_erasures.c %D%/archive_erasures.h \
	%D%/archive_found.c %D%/archive_found.h \
	%D%/archive_index.c %D%/archive_index.h \
	%D%/archive_numbers.c %D%/archive_numbers.h \
	%D%/archive_present.c %D%/archive_present.h \
	%D%/archive_queue.c %D%/archive_queue.h \
	%D%/archive_reader.c %D%/archive_reader.h \
	%D%/archive_same.c %D%/archive_same.h \
	%D%/archive_statements.c %D%/archive_statements.h \
	%D%/archive_tables.c %D%/archive_tables.h \
	%D%/archive_words.c %D%/archive_words.h \
	%D%/archive_writer.c %D%/archive_writer.h \
	%D%/backup.c %D%/backup.h \
	%D%/database.c %D%/database.h \
	%D%/exchange.c %D%/exchange.h \
	%D%/fault.c %D%/fault.h \
	%D%/file.c %D%/file.h \
	%D%/read_all.c %D%/read_all.h \
	%D%/schema.c %D%/schema.h \
	%D%/schema_history.c \
	%D%/statements.c %D%/statements.h \
	%D%/store.c %D%/store.h \
	%D%/submission.c %D%/submission.h \
	%D%/tables.c %D%/tables.h \
	%D%/thread.c %D%/thread.h \
	%D%/transaction.c %D%/transaction.h \
	%D%/values.c %D%/values.h \
	%D%/writer.c %D%/writer.h \
	%D%/zeroing_memory.c %D%/zeroing_memory.h
