// Runs the cases of one scenario file on two servers, one case after the other, both servers side by side.
import { Context, Observer, Skip } from "./context.mjs";
import { ServerProcess } from "./server.mjs";
import { within } from "../../wire/lib/wait.mjs";

const CASE_LIMIT = 60000;

class Stage {
  constructor(kind, task) {
    this.kind = kind;
    this.task = task;
  }

  async start() {
    const { options, module } = this.task;
    this.server = await new ServerProcess(this.kind, options).start();
    if (module.observer !== false) this.observer = await new Observer(this.server, options).start();
  }

  // The transcript of one case, ending with what went wrong if something did.
  async play(one) {
    const { transport, options } = this.task;
    const context = new Context({ server: this.server, observer: this.observer, transport, options });
    try {
      await within(one.run(context), "the scenario to end", one.limit ?? CASE_LIMIT);
    } catch (error) {
      if (error instanceof Skip) return { skip: error.message };
      return { lines: context.transcript.masked(), error: `${this.kind.name}: ${error.stack}\n${this.server.stderr}` };
    } finally {
      this.trouble = await context.cleanup(one).then(() => null, (error) => error.message);
    }
    const error = this.trouble && `${this.kind.name}: clean-up: ${this.trouble}\n${this.server.stderr}`;
    return { lines: context.transcript.masked(), error };
  }

  // A case may end the server on purpose or by accident: the next one gets a fresh one.
  async refresh(one) {
    if (!one.endsServer && !this.trouble && this.server.running) return null;
    const complaint = await this.stop({ endsItself: one.endsServer });
    await this.start();
    return complaint;
  }

  async stop(options) {
    this.observer?.close();
    return this.server.stop(options);
  }
}

export async function runFile(task, kinds, reporter) {
  const stages = kinds.map((kind) => new Stage(kind, task));
  try {
    await Promise.all(stages.map((stage) => stage.start()));
    for (const one of task.cases) {
      const results = await Promise.all(stages.map((stage) => stage.play(one)));
      reporter.judge(task, one, results);
      const complaints = await Promise.all(stages.map((stage) => stage.refresh(one)));
      reporter.complain(`${one.title}: servers end cleanly`, complaints.filter(Boolean));
    }
  } catch (error) {
    reporter.complain(`${task.name} (${task.transport})`, [error.stack]);
  }
  const complaints = await Promise.all(stages.map((stage) => (stage.server ? stage.stop() : null)));
  reporter.complain(`${task.name} (${task.transport}): servers end cleanly`, complaints.filter(Boolean));
}
