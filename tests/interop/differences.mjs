// Where our server deliberately differs from the reference, line by line of the transcripts, each with its reason.
// Nothing else may differ; an entry that no longer occurs fails the run.
export const differences = [];
