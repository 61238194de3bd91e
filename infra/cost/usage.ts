// How much Coldforge is used: what is assumed of a month, and what is measured of each operation.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (path: string) => JSON.parse(readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8'));

/** What one operation took when nothing was remembered from the one before (`measure.py`). */
export interface Measured {
  /** Requests with credentials; git makes several. */
  readonly requests: number;
  readonly tableReads: number;
  readonly tableCommits: number;
  readonly blobReads: number;
  readonly blobWrites: number;
  /** The calls that waited for each other. */
  readonly depth: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export const MEASURED: Record<string, Measured> = read('calls.json');

/** What a developer does on a working day, and how much travels each time where that is more than was measured. */
export const DAY: readonly { readonly operation: string; readonly times: number; readonly megabytesOut?: number; readonly megabytesIn?: number }[] = [
  { operation: 'clone', times: 0.2, megabytesOut: 100 },
  { operation: 'fetch of nothing new', times: 15 },
  { operation: 'clone', times: 3, megabytesOut: 0.2 },
  { operation: 'push of one commit', times: 5, megabytesIn: 0.1 },
  { operation: 'push of one commit to a new branch', times: 1, megabytesIn: 0.1 },
  // Two builds for each push, each with a clone of depth 1.
  { operation: 'clone', times: 12, megabytesOut: 8 },
  { operation: 'GetBranch', times: 12 },
  { operation: 'GetRepository', times: 10 },
  { operation: 'ListRepositories', times: 2 },
  { operation: 'GetFolder', times: 10 },
  { operation: 'GetFile', times: 10 },
  { operation: 'GetCommit', times: 10 },
  { operation: 'GetDifferences', times: 10 },
  { operation: 'ListPullRequests', times: 5 },
  { operation: 'GetPullRequest', times: 15 },
  { operation: 'GetMergeConflicts', times: 3 },
  { operation: 'CreatePullRequest', times: 0.5 },
  { operation: 'PostCommentForPullRequest', times: 3 },
  { operation: 'MergePullRequestBySquash', times: 0.5 },
];

export const WORKING_DAYS = 21;

/** The minutes of a month. */
export const MINUTES = 730 * 60;

/** What a user's repositories take in the bucket and their rows in the table, in GB. */
export const PACKS_GB_PER_USER = 0.5;
export const ROWS_GB_PER_USER = 0.005;

/** Calls of the key service for each call of a function: an unwrapped key is kept for 15 minutes, as long as the function lives. */
export const KMS_REQUESTS_PER_CALL = 0.1;

/** Rows of a commit; a transaction pays two write units for each. Measured commits have 4 to 9. */
export const ROWS_PER_COMMIT = 8;

/** Reads of the table when the stream tells of an event: who is to be told. Deliveries themselves are not counted: few repositories have any. */
export const READS_PER_EVENT = 4;

/** Strongly consistent reads of up to 4 KB for each read of the table: ranges of refs take more than one. */
export const READ_UNITS_PER_READ = 1.5;

/** How long a call takes, in milliseconds: table and key service, and bucket. */
export const TABLE_MS = 6;
export const BLOB_MS = 25;
/** What a function takes besides. */
export const OWN_MS = 5;

/** A streamed answer goes out as fast as it is made up to 6 MB, and then at 2 MB a second. */
export const UNCAPPED_MB = 6;
export const CAPPED_MB_PER_SECOND = 2;
export const UNCAPPED_MB_PER_SECOND = 40;

/** What a request leaves in the logs: the request line and its metrics, Lambda's own three lines, the line of the access log. */
export const LOG_BYTES_PER_CALL = 1350;
export const LOG_BYTES_PER_REQUEST = 400;
