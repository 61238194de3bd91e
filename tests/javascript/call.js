// Lists the repositories with the AWS SDK for JavaScript, as the environment configures it; prints the name of the error, if any.
import { CodeCommitClient, ListRepositoriesCommand } from "@aws-sdk/client-codecommit";

try {
  const listed = await new CodeCommitClient({ maxAttempts: 1 }).send(new ListRepositoriesCommand({}));
  console.log(JSON.stringify(listed.repositories.map((repository) => repository.repositoryName)));
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
