// Says whether everything that a page holds of a document is on the server's disk. It believes
// nothing but what the server itself states: its state vector, the structs it sends and the complete
// delete set of its answer to a question (SyncStep1). A server that speaks only of what it has
// committed, as Tidemark does, thereby proves durability to clients that know no acknowledgement.
//
//  (1) `proven_` never claims more than the server stated on the present connection.
//  (2) The state is `saved` only if every clock of the document is proven, and every deletion was in
//      an answer that arrived after the last local deletion.
//  (3) A local edit leaves `saved` before anybody can see the edit.
import * as Y from 'yjs';

export type SaveState = 'saved' | 'saving' | 'offline';

export interface Durability {
  readonly state: SaveState;
  // Local edits since the document was last wholly proven.
  readonly unsaved: number;
  // Calls back after each change of `state` or `unsaved`; the result ends that.
  watch(changed: () => void): () => void;
  destroy(): void;
}

// Runs `task` later and gives a way to cancel it: setTimeout, or a test's own clock.
export type Schedule = (task: () => void, delayMs: number) => () => void;

const onTimer: Schedule = (task, delayMs) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};

// A pause in typing is asked about once, not each key.
const kQuietMs = 150;
// An answer that proves too little is asked for again, ever more slowly.
const kLongestRetryMs = 2000;
// A question that got no answer at all.
const kAnswerDeadlineMs = 5000;

export interface ProofOptions {
  doc: Y.Doc;
  // The origin of transactions that came from the server; all others are local edits.
  remoteOrigin: unknown;
  // Sends SyncStep1 with the given state vector; whatever the server answers goes into hear*().
  ask: (known: Uint8Array) => void;
  schedule?: Schedule;
}

export class DurabilityProof implements Durability {
  state: SaveState = 'offline';
  unsaved = 0;

  private readonly doc_: Y.Doc;
  private readonly remoteOrigin_: unknown;
  private readonly ask_: (known: Uint8Array) => void;
  private readonly schedule_: Schedule;
  private readonly watchers_ = new Set<() => void>();
  private proven_ = new Map<number, number>();
  private deletesProven_ = false;
  private connected_ = false;
  private retryMs_ = kQuietMs;
  private cancelTimer_: (() => void) | null = null;

  constructor(options: ProofOptions) {
    this.doc_ = options.doc;
    this.remoteOrigin_ = options.remoteOrigin;
    this.ask_ = options.ask;
    this.schedule_ = options.schedule ?? onTimer;
    this.doc_.on('update', this.onUpdate_);
  }

  destroy(): void {
    this.doc_.off('update', this.onUpdate_);
    this.stopTimer_();
    this.watchers_.clear();
  }

  watch(changed: () => void): () => void {
    this.watchers_.add(changed);
    return () => this.watchers_.delete(changed);
  }

  // What an earlier connection proved says nothing about the server behind this one.
  connected(): void {
    this.forget_();
    this.connected_ = true;
    this.show_();
  }

  disconnected(): void {
    this.forget_();
    this.connected_ = false;
    this.show_();
  }

  // The server's SyncStep1: it holds everything below these clocks.
  hearStateVector(vector: Uint8Array): void {
    if (!this.connected_) return;
    for (const [client, clock] of Y.decodeStateVector(vector)) this.prove_(client, clock);
    this.judge_(false);
  }

  // A SyncStep2 is an answer: its delete set is complete. An Update only brings news.
  hearUpdate(update: Uint8Array, isAnswer: boolean): void {
    if (!this.connected_) return;
    const { structs, ds } = Y.decodeUpdate(update);
    for (const struct of structs) {
      const { client, clock } = struct.id;
      const isJoined = (this.proven_.get(client) ?? 0) >= clock;
      if (isJoined && !(struct instanceof Y.Skip)) this.prove_(client, clock + struct.length);
    }
    if (isAnswer) this.deletesProven_ = coversDeletes(ds, this.doc_);
    this.judge_(isAnswer);
  }

  private readonly onUpdate_ = (_update: Uint8Array, origin: unknown): void => {
    if (origin === this.remoteOrigin_) return;
    this.unsaved += 1;
    this.deletesProven_ = false;
    this.retryMs_ = kQuietMs;
    this.show_();
    this.askAfter_(kQuietMs);
  };

  private forget_(): void {
    this.proven_ = new Map();
    this.deletesProven_ = false;
    this.retryMs_ = kQuietMs;
    this.stopTimer_();
  }

  private prove_(client: number, clock: number): void {
    if (clock > (this.proven_.get(client) ?? 0)) this.proven_.set(client, clock);
  }

  private judge_(isAnswer: boolean): void {
    if (this.isProven_()) {
      this.unsaved = 0;
      this.retryMs_ = kQuietMs;
      this.stopTimer_();
    } else if (isAnswer || !this.cancelTimer_) {
      this.askAfter_(this.slowerRetry_());
    }
    this.show_();
  }

  private isProven_(): boolean {
    if (!this.connected_ || !this.deletesProven_) return false;
    for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(this.doc_))) {
      if ((this.proven_.get(client) ?? 0) < clock) return false;
    }
    return true;
  }

  private show_(): void {
    if (!this.connected_) this.state = 'offline';
    else this.state = this.unsaved === 0 && this.isProven_() ? 'saved' : 'saving';
    for (const changed of [...this.watchers_]) changed();
  }

  private slowerRetry_(): number {
    const delay = this.retryMs_;
    this.retryMs_ = Math.min(delay * 2, kLongestRetryMs);
    return delay;
  }

  private askAfter_(delayMs: number): void {
    this.stopTimer_();
    if (!this.connected_) return;
    this.cancelTimer_ = this.schedule_(() => {
      // Armed first: the answer may come from within ask_, and ends it.
      this.askAfter_(kAnswerDeadlineMs);
      this.ask_(Y.encodeStateVector(this.proven_));
    }, delayMs);
  }

  private stopTimer_(): void {
    this.cancelTimer_?.();
    this.cancelTimer_ = null;
  }
}

type DeleteSet = ReturnType<typeof Y.createDeleteSet>;

// Whether everything that is deleted in the document is deleted in `answer`.
function coversDeletes(answer: DeleteSet, doc: Y.Doc): boolean {
  const theirs = Y.mergeDeleteSets([answer]).clients;
  for (const [client, ranges] of Y.createDeleteSetFromStructStore(doc.store).clients) {
    const held = theirs.get(client) ?? [];
    let at = 0;
    for (const { clock, len } of ranges) {
      while (at < held.length && held[at]!.clock + held[at]!.len <= clock) at += 1;
      const range = held[at];
      if (!range || range.clock > clock || range.clock + range.len < clock + len) return false;
    }
  }
  return true;
}
